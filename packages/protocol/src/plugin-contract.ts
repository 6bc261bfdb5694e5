import { defineContract } from "./contract.js";
import { channelToHost } from "./plugin-contract/channel-methods.js";
import { configToHost, configToWorker } from "./plugin-contract/config-methods.js";
import { entityToHost } from "./plugin-contract/entity-methods.js";
import { eventToHost, eventToWorker } from "./plugin-contract/event-methods.js";
import { jobToWorker } from "./plugin-contract/job-methods.js";
import { outsideToHost } from "./plugin-contract/outside-methods.js";
import { recordToHost } from "./plugin-contract/record-methods.js";
import { stateToHost } from "./plugin-contract/state-methods.js";
import { toolToWorker } from "./plugin-contract/tool-methods.js";
import { viewToWorker } from "./plugin-contract/view-methods.js";
import { webToWorker } from "./plugin-contract/web-methods.js";

export { pluginEvent } from "./plugin-contract/event-methods.js";
export { jobRun } from "./plugin-contract/job-methods.js";
export { manifest } from "./plugin-contract/plugin-manifest.js";
export { toolResult } from "./plugin-contract/tool-methods.js";

/**
 * The ready-made contract of a product with plugins. Every host→worker method is optional: a plugin implements what it
 * needs. Use it as it is, or extend it by spreading:
 *
 * ```ts
 * defineContract({
 *   name: "acme.product", version: 1,
 *   hostToWorker: { ...pluginContract.hostToWorker, greet },
 *   workerToHost: { ...pluginContract.workerToHost },
 * });
 * ```
 */
export const pluginContract = defineContract({
  name: "outrigger.plugin",
  version: 1,
  hostToWorker: {
    ...configToWorker,
    ...eventToWorker,
    ...jobToWorker,
    ...webToWorker,
    ...viewToWorker,
    ...toolToWorker,
  },
  workerToHost: {
    ...configToHost,
    ...stateToHost,
    ...entityToHost,
    ...eventToHost,
    ...outsideToHost,
    ...recordToHost,
    ...channelToHost,
  },
});
