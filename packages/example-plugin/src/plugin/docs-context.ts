import type { Progress } from "@outrigger/protocol";
import type { WorkerContext } from "@outrigger/worker-sdk";
import type { docsSearch } from "../contract.js";

/** What the handlers of this plugin are given. */
export type DocsContext = WorkerContext<typeof docsSearch>;

/** The same of a call that can tell how far it has come. */
export type ReportingContext = DocsContext & { progress(value: Progress): void };
