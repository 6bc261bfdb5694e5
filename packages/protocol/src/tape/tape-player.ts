import { isReservedMethod } from "../contract.js";
import type {
  ErrorMessage,
  Id,
  Message,
  MessageMeta,
  NotificationMessage,
  RequestMessage,
  ResultMessage,
} from "../messages.js";
import { aboutCall } from "./about-call.js";
import type { LinkedMessage, TapeCall } from "./tape-calls.js";
import { type End, REDACTED } from "./tape-format.js";
import { type Difference, isItem, isPayload, type PlayedPart, partOf, payloadOf, withPayload } from "./tape-parts.js";
import type { Script } from "./tape-scripts.js";
import { createExpectations, createRuns, endsCall, isAwaited, type Run, type Step } from "./tape-steps.js";
import { holdsRedacted, matchesAnswer, matchesTape } from "./tape-values.js";

/** Says what is sent in place of a payload in which something was redacted. */
export type Reveal = (
  value: unknown,
  place: { readonly line: number; readonly method: string; readonly part: PlayedPart },
) => unknown;

/** What plays one end's part of the traffic of one process. */
export interface PlayerOptions {
  readonly plays: End;
  readonly scripts: readonly Script[];
  /** Returns the bytes of its line, which credit is counted in. */
  readonly send: (message: Message) => number;
  /** Told where the real end says something else than the tape. */
  readonly onDifference: (difference: Difference) => void;
  /** Default: the mark is sent. */
  readonly reveal?: Reveal | undefined;
  /** Told of a call whose params are unknown: it is left out. Default: it is made with the mark. */
  readonly onUnplayable?: ((entry: LinkedMessage) => void) | undefined;
  /** Takes a call of the same method for the one on the tape though its params differ, which is a difference. */
  readonly takesOtherParams: boolean;
}

/** How a played call stands: its id now, and what its reader has asked for. */
interface CallState {
  id: Id | undefined;
  isOver: boolean;
  readsInput: boolean;
  items: number;
  bytes: number;
}

/** Plays a tape: sends what its end said when what went before has come, and compares what comes. */
export interface TapePlayer {
  /** Sends what waits for nothing. */
  start(): void;
  /** Takes a message of the real end; `false`: a call or notification that the tape has not. */
  receive(message: Message): boolean;
  /** What is waited for does not come: it is a difference, and the tape goes on. Returns whether anything was waited for. */
  skip(): boolean;
  /** Whether all was sent, and all came that is waited for. */
  readonly isDone: boolean;
  /** The line it has come to. */
  readonly line: number;
  /** The scripts that are played out. */
  readonly finished: ReadonlySet<Script>;
}

export function createTapePlayer(options: PlayerOptions): TapePlayer {
  /** A host may ask for more than the one recorded; a plugin is not held to when it gives up. */
  const isWorker = options.plays === "worker";
  const runs = createRuns(options.scripts, options.plays);
  const expected = createExpectations(runs);
  const states = new Map<TapeCall, CallState>();
  /** By the ids in use now: calls of the played end, and of the real one. */
  const ownCalls = new Map<Id, TapeCall>();
  const theirCalls = new Map<Id, TapeCall>();
  const runOf = new Map<TapeCall, Run>();
  for (const { entry, run } of runs.flatMap(({ steps }) => steps)) if (entry.call) runOf.set(entry.call, run);
  const invocations = new Map<string, string>();
  const finished = new Set<Script>();
  let lastId = 0;
  let line = 0;

  const stateOf = (call: TapeCall): CallState => {
    const state = states.get(call) ?? { id: undefined, isOver: false, readsInput: true, items: 0, bytes: 0 };
    states.set(call, state);
    return state;
  };
  const differ = (entry: LinkedMessage, kind: Difference["kind"], got: unknown): void => {
    const { line, message } = entry;
    const method = methodOf(entry);
    options.onDifference({ line, kind, method, part: partOf(message), expected: payloadOf(message), got });
  };
  const miss = (step: Step): void => {
    if (step.isDone) return;
    expected.finish(step);
    if (isAwaited(step)) differ(step.entry, "missing", undefined);
  };

  const revealed = (entry: LinkedMessage): Message => {
    const { line, message } = entry;
    const value = payloadOf(message);
    if (options.reveal === undefined || !holdsRedacted(value)) return message;
    return withPayload(message, options.reveal(value, { line, method: methodOf(entry), part: partOf(message) }));
  };
  /** A nested call names the invocation it was lent now. */
  const remapped = (meta: MessageMeta | undefined): { meta?: MessageMeta } => {
    if (meta === undefined) return {};
    const invocationId = meta.invocationId === undefined ? undefined : invocations.get(meta.invocationId);
    return { meta: invocationId === undefined ? meta : { ...meta, invocationId } };
  };

  /** Sends a message of the played end, with the ids of now. Returns whether it has to wait. */
  const mustWait = ({ entry }: Step): boolean => {
    const { message, call } = entry;
    const sent = revealed(entry);
    const isRequest = "method" in message && "id" in message;
    if (partOf(message) === "params" && payloadOf(sent) === REDACTED && options.onUnplayable !== undefined) {
      options.onUnplayable(entry);
      if (call !== undefined) for (const step of expected.allAbout(call)) expected.finish(step);
    } else if (call === undefined) {
      options.send({ ...sent, ...("method" in message && remapped(message.meta)) } as Message);
    } else if (isRequest) {
      stateOf(call).id = ++lastId;
      ownCalls.set(lastId, call);
      options.send({ ...sent, id: lastId, ...remapped(message.meta) } as RequestMessage);
    } else return mustWaitAbout(sent, call);
    return false;
  };
  const mustWaitAbout = (message: Message, call: TapeCall): boolean => {
    const state = stateOf(call);
    const { id } = state;
    // The real end never made this call, or has answered it already.
    if (id === undefined || state.isOver) return false;
    if (!("method" in message)) {
      state.isOver = true;
      options.send({ ...message, id });
      return false;
    }
    if (message.method === "$/input/item" && !state.readsInput) return false;
    const isCounted = isItem(message.method);
    if (isCounted && (state.items < 1 || state.bytes < 1)) return true;
    const bytes = options.send({ ...message, params: { ...(message.params as object), id } } as Message);
    if (isCounted) {
      state.items--;
      state.bytes -= bytes;
    }
    return false;
  };

  const advance = (run: Run): void => {
    for (let step = run.steps[run.at]; step !== undefined; step = run.steps[++run.at]) {
      if (step.isOwn ? mustWait(step) : !step.isDone && (isAwaited(step) || (isWorker && endsCall(step)))) return;
      line = Math.max(line, step.entry.line);
    }
    finished.add(run.script);
  };

  const takeCall = (message: RequestMessage | NotificationMessage): Run | undefined => {
    const step = expected.call(message, options.takesOtherParams);
    if (step === undefined) return undefined;
    const { entry, run } = step;
    expected.finish(step);
    const got = payloadOf(message);
    if (options.takesOtherParams && !isReservedMethod(message.method) && !matchesTape(payloadOf(entry.message), got)) {
      differ(entry, "differs", got);
    }
    const before = "method" in entry.message ? entry.message.meta?.invocation : undefined;
    const now = message.meta?.invocation;
    if (before !== undefined && now !== undefined) invocations.set(before.id, now.id);
    if (entry.call === undefined || !("id" in message)) return run;
    const { items = 0, bytes = 0 } = message.meta?.credit ?? {};
    Object.assign(stateOf(entry.call), { id: message.id, items, bytes });
    theirCalls.set(message.id, entry.call);
    return run;
  };

  const takeAnswer = (message: ResultMessage | ErrorMessage): TapeCall | undefined => {
    const call = message.id === null ? undefined : ownCalls.get(message.id);
    if (call === undefined) return undefined;
    stateOf(call).isOver = true;
    const answer = expected.about(call, undefined);
    if (answer !== undefined) expected.finish(answer);
    for (const step of expected.allAbout(call)) miss(step);
    const isCompared = answer !== undefined && !call.isCancelled;
    if (isCompared && !matchesAnswer(answer.entry.message, message))
      differ(answer.entry, "differs", payloadOf(message));
    return call;
  };

  /** What is said about a call, beside its answer. */
  const takeRemark = (message: NotificationMessage, call: TapeCall): void => {
    const { method } = message;
    const state = stateOf(call);
    if (method.endsWith("/credit")) {
      const { items, bytes } = message.params as { readonly items: number; readonly bytes: number };
      state.items += items;
      state.bytes += bytes;
    }
    if (method === "$/input/cancel") state.readsInput = false;
    const step = expected.about(call, method);
    if (step !== undefined) expected.finish(step);
    if (!isPayload(method) || call.isCancelled) return;
    const got = payloadOf(message);
    if (step !== undefined) {
      if (!matchesTape(payloadOf(step.entry.message), got)) differ(step.entry, "differs", got);
    } else if (call.response !== undefined) {
      const part = partOf(message);
      options.onDifference({ line, kind: "unexpected", method: call.method, part, expected: undefined, got });
    }
  };

  return {
    start() {
      for (const run of runs) advance(run);
    },
    receive(message) {
      const about = aboutCall(message);
      let call: TapeCall | undefined;
      if (!("method" in message)) call = takeAnswer(message);
      else if (about === undefined || "id" in message) {
        const run = takeCall(message);
        if (run !== undefined) advance(run);
        return run !== undefined;
      } else {
        call = (about.sentBy === "caller" ? theirCalls : ownCalls).get(about.id);
        if (call !== undefined) takeRemark(message, call);
      }
      const run = call && runOf.get(call);
      if (run !== undefined) advance(run);
      return true;
    },
    skip() {
      const stuck = runs.flatMap(({ steps, at }) => steps[at] ?? []);
      for (const step of stuck) {
        const { call } = step.entry;
        if (!step.isOwn) miss(step);
        if (call === undefined) continue;
        for (const other of expected.allAbout(call)) miss(other);
        // Nobody asks for these items any more.
        if (step.isOwn) stateOf(call).isOver = true;
      }
      for (const run of runs) advance(run);
      return stuck.length > 0;
    },
    get isDone() {
      return expected.awaited === 0 && finished.size === runs.length;
    },
    get line() {
      return line;
    },
    finished,
  };
}

const methodOf = ({ call, message }: LinkedMessage): string =>
  call?.method ?? ("method" in message ? message.method : "");
