import { isReservedMethod } from "../contract.js";
import type { Message } from "../messages.js";
import type { TapeCall } from "./tape-calls.js";
import type { End } from "./tape-format.js";
import { isPayload, payloadOf } from "./tape-parts.js";
import type { Script } from "./tape-scripts.js";
import { matchesTape } from "./tape-values.js";

/** A script and how far it was played. */
export interface Run {
  readonly script: Script;
  readonly steps: readonly Step[];
  at: number;
}

/** One message of a script: to be sent, or to come. */
export interface Step {
  readonly entry: Script[number];
  readonly isOwn: boolean;
  readonly run: Run;
  isDone: boolean;
}

/** What is still to come from the real end. */
export interface Expectations {
  /** How much there is that is waited for. */
  readonly awaited: number;
  /** A call or notification with the same params; else the first one with that method, if `takesOthers`. */
  call(message: Message & { readonly method: string }, takesOthers: boolean): Step | undefined;
  /** The next that is said with this method about a call; `undefined` for the answer. */
  about(call: TapeCall, method: string | undefined): Step | undefined;
  /** All that is to be said about a call. */
  allAbout(call: TapeCall): Step[];
  finish(step: Step): void;
}

export function createRuns(scripts: readonly Script[], plays: End): Run[] {
  return scripts.map((script) => {
    const steps: Step[] = [];
    const run: Run = { script, steps, at: 0 };
    for (const entry of script) steps.push({ entry, isOwn: entry.from === plays, run, isDone: false });
    return run;
  });
}

/** Looked up by method and by call: a tape may have a million messages. */
export function createExpectations(runs: readonly Run[]): Expectations {
  const calls = new Map<string, Step[]>();
  const remarks = new Map<TapeCall, Map<string | undefined, Step[]>>();
  let awaited = 0;
  for (const step of runs.flatMap(({ steps }) => steps.filter(({ isOwn }) => !isOwn))) {
    const { message, call } = step.entry;
    const isCall = "method" in message && ("id" in message || !message.method.startsWith("$/"));
    if (isCall) listIn(calls, callKey(message)).push(step);
    else if (call !== undefined) {
      const ofCall = remarks.get(call) ?? new Map<string | undefined, Step[]>();
      remarks.set(call, ofCall);
      listIn(ofCall, "method" in message ? message.method : undefined).push(step);
    }
    if (isAwaited(step)) awaited++;
  }
  for (const ofCall of remarks.values()) for (const steps of ofCall.values()) steps.reverse();

  return {
    get awaited() {
      return awaited;
    },
    call(message, takesOthers) {
      const steps = calls.get(callKey(message)) ?? [];
      // What the runtime says of times and reasons is nobody's doing.
      const isSame = isReservedMethod(message.method);
      const payload = payloadOf(message);
      const isLike = ({ isDone, entry }: Step): boolean =>
        !isDone && (isSame || matchesTape(payloadOf(entry.message), payload));
      const same = steps.findIndex(isLike);
      const at = same === -1 && takesOthers ? steps.findIndex(({ isDone }) => !isDone) : same;
      return at === -1 ? undefined : steps.splice(at, 1)[0];
    },
    about(call, method) {
      const steps = remarks.get(call)?.get(method) ?? [];
      let step = steps.pop();
      while (step?.isDone) step = steps.pop();
      return step;
    },
    allAbout(call) {
      return [...(remarks.get(call)?.values() ?? [])].flat().filter(({ isDone }) => !isDone);
    },
    finish(step) {
      if (step.isDone) return;
      step.isDone = true;
      if (isAwaited(step)) awaited--;
    },
  };
}

/** What the real end says of its own accord, and not to pace or to stop somebody, which depends on time. */
export function isAwaited({ entry: { message, call } }: Step): boolean {
  if (call?.isCancelled === true && !("method" in message && "id" in message)) return false;
  return !("method" in message) || !message.method.startsWith("$/") || isPayload(message.method);
}

/** Whether it gives up a call whose answer came of that: without it, the call was never over. */
export function endsCall({ entry: { line, message, call } }: Step): boolean {
  if (!("method" in message) || message.method !== "$/cancelRequest") return false;
  return call?.response === undefined || line < call.response.line;
}

const callKey = (message: Message & { readonly method: string }): string =>
  `${"id" in message ? "call" : "notification"} ${message.method}`;

function listIn<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
