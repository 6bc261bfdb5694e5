import type { Id, RequestMessage } from "../messages.js";
import { aboutCall } from "./about-call.js";
import type { End, TapeMessage } from "./tape-format.js";

/** A call on a tape. */
export interface TapeCall {
  readonly caller: End;
  readonly method: string;
  readonly request: TapeMessage;
  /** `undefined` when it was never answered. */
  response: TapeMessage | undefined;
  /** Its caller gave it up: what it was answered then, nobody saw. */
  isCancelled: boolean;
}

/** A message of a tape and the call it is about, if any. */
export interface LinkedMessage extends TapeMessage {
  readonly call: TapeCall | undefined;
}

/** The runtime's own methods that need no tape. Others may set off calls of the plugin's. */
const RUNTIME: ReadonlySet<string> = new Set(["initialize", "health", "$/ping"]);

/** Joins messages to their calls; leaves out what the runtime sees to by itself, and what is about no call known. */
export function linkCalls(messages: readonly TapeMessage[]): LinkedMessage[] {
  const calls: Record<End, Map<Id, TapeCall>> = { host: new Map(), worker: new Map() };
  const linked: LinkedMessage[] = [];
  for (const entry of messages) {
    const { from, message } = entry;
    const about = aboutCall(message);
    if (about === undefined) {
      const isContracts = "method" in message && !message.method.startsWith("$/");
      if (isContracts) linked.push({ ...entry, call: undefined });
      continue;
    }
    if ("method" in message && "id" in message) {
      const call = callOf(entry, message);
      calls[from].set(message.id, call);
      if (!RUNTIME.has(call.method)) linked.push({ ...entry, call });
      continue;
    }
    const other = from === "host" ? "worker" : "host";
    const call = calls[about.sentBy === "caller" ? from : other].get(about.id);
    if (call === undefined || RUNTIME.has(call.method)) continue;
    if (!("method" in message)) call.response ??= entry;
    else if (message.method === "$/cancelRequest") call.isCancelled = true;
    linked.push({ ...entry, call });
  }
  return linked;
}

const callOf = (request: TapeMessage, { method }: RequestMessage): TapeCall => ({
  ...{ caller: request.from, method, request },
  ...{ response: undefined, isCancelled: false },
});
