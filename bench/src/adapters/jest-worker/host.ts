import { type PromiseWithCustomMessage, Worker } from "jest-worker";
import type { Adapter } from "../../link.js";
import { workerFile } from "../../shared/child.js";
import { methodCalls, nativeBytes } from "../../shared/method-link.js";

type Farm = Worker & { [method: string]: (params: unknown) => PromiseWithCustomMessage<unknown> };

export const open: Adapter["open"] = () => ({
  async start() {
    const farm = new Worker(workerFile(import.meta.url), {
      numWorkers: 1,
      exposedMethods: ["add", "review", "text", "bytes", "items"],
      forkOptions: { serialization: "advanced" },
    }) as Farm;
    const call = (method: string, params: unknown) => (farm[method] as Farm[string])(params);
    return {
      ...methodCalls(call),
      bytes: nativeBytes(call),
      async items(count, onItem) {
        const answer = call("items", { count });
        answer.UNSTABLE_onCustomMessage?.((seq) => onItem(seq as number));
        await answer;
      },
      async stop() {
        await farm.end();
      },
    };
  },
});
