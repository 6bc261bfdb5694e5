import { createHost, type Host } from "@outrigger/host";
import pino from "pino";
import { docsSearch } from "../contract.js";
import { createServices, type Services } from "./host-services.js";

/** How the host of the demo is made. Everything else is the runtime's default. */
const WORKER_ID = "docs-search";
export const SECRET = { ref: "forge-webhook", value: "a secret only the forge and the host know" };
const CAPABILITIES = [
  "state.read",
  "state.write",
  "events.subscribe",
  "secrets.read",
  "activity.write",
  "metrics.write",
] as const;
/** Long for a demo: a user's own folder may be large. */
export const INDEX_TIMEOUT_MS = 10 * 60_000;
const LOG_LINES_KEPT = 50;

/** A host for the plugin. */
export interface DocsHost {
  readonly host: Host<typeof docsSearch>;
  readonly services: Services;
  /** What it logged last: shown when something goes wrong. */
  readonly logLines: readonly string[];
}

export function docsHost(): DocsHost {
  const services = createServices({ [SECRET.ref]: SECRET.value });
  const logLines: string[] = [];
  const logger = pino(
    { level: "info", base: null },
    {
      write(line) {
        logLines.push(line.trimEnd());
        if (logLines.length > LOG_LINES_KEPT) logLines.shift();
      },
    },
  );
  const host = createHost(docsSearch, {
    name: "outrigger-demo",
    logger,
    handlers: services.handlers,
    // Short, so that the demo is: the default begins with a second.
    restart: { initialDelayMs: 200, jitter: 0 },
    timeouts: { drainMs: 3_000 },
  });
  return { host, services, logLines };
}

/** Starts the plugin in a process of its own. */
export function startDocs(host: Host<typeof docsSearch>, config: { readonly ignore?: readonly string[] }) {
  return host.start(WORKER_ID, {
    entry: new URL("./plugin.js", import.meta.url),
    capabilities: CAPABILITIES,
    config: { ...config, webhookSecret: SECRET.ref },
    limits: { heapMb: 512 },
  });
}
