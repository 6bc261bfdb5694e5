import type { LinkedMessage, TapeCall } from "./tape-calls.js";

/** Messages played in their order, each once those before it came or went. */
export type Script = readonly LinkedMessage[];

/**
 * The messages of each of a host's calls and notifications, in order: with the calls the worker made for it, and what was
 * said about these. A worker's call that names no invocation belongs to the host's call that began last.
 */
export function scriptsByCall(messages: readonly LinkedMessage[]): Script[] {
  const scripts: LinkedMessage[][] = [];
  const byCall = new Map<TapeCall, LinkedMessage[]>();
  const byInvocation = new Map<string, LinkedMessage[]>();
  const running: LinkedMessage[][] = [];

  const begin = (first: LinkedMessage): void => {
    const script = [first];
    scripts.push(script);
    if (first.call !== undefined) {
      byCall.set(first.call, script);
      running.push(script);
    }
    const id = metaOf(first)?.invocation?.id;
    if (id !== undefined) byInvocation.set(id, script);
  };

  for (const entry of messages) {
    const { from, call } = entry;
    const known = call && byCall.get(call);
    if (known !== undefined) {
      known.push(entry);
      if (call?.response?.line === entry.line && call.caller === "host") running.splice(running.indexOf(known), 1);
    } else if (from === "host") begin(entry);
    else {
      const invocation = metaOf(entry)?.invocationId;
      const named = invocation === undefined ? undefined : byInvocation.get(invocation);
      const script = named ?? running.at(-1) ?? scripts.at(-1);
      if (script === undefined) begin(entry);
      else script.push(entry);
      if (call !== undefined) byCall.set(call, script ?? (scripts.at(-1) as LinkedMessage[]));
    }
  }
  return scripts;
}

const metaOf = ({ message }: LinkedMessage) => ("method" in message ? message.meta : undefined);
