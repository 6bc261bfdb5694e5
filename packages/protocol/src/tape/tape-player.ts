import { isReservedMethod } from "../contract.js";
import type { Id, Message, MessageMeta, RequestMessage } from "../messages.js";
import { aboutCall } from "./about-call.js";
import type { LinkedMessage, TapeCall } from "./tape-calls.js";
import { type End, REDACTED } from "./tape-format.js";
import { type Difference, type PlayedPart, partOf, payloadOf, withPayload } from "./tape-parts.js";
import type { Script } from "./tape-scripts.js";
import { holdsRedacted, matchesError, matchesTape } from "./tape-values.js";

/** What plays one end's part of the traffic of one process. */
export interface PlayerOptions {
  readonly plays: End;
  readonly scripts: readonly Script[];
  readonly send: (message: Message) => void;
  /** Told where the real end says something else than the tape. */
  readonly onDifference: (difference: Difference) => void;
  /** A payload of the tape in which something was redacted, with what is to be sent in its place. Default: the mark. */
  readonly reveal?:
    | ((
        value: unknown,
        place: { readonly line: number; readonly method: string; readonly part: PlayedPart },
      ) => unknown)
    | undefined;
  /** Told of a call whose params are unknown: it is left out. Default: it is made with the mark. */
  readonly onUnplayable?: ((entry: LinkedMessage) => void) | undefined;
  /** Takes a call of the same method for the one on the tape though its params differ, which is a difference. */
  readonly takesOtherParams: boolean;
}

/** How a played call stands. */
interface CallState {
  id: Id | undefined;
  isOver: boolean;
  items: number;
  bytes: number;
}

interface Step {
  readonly entry: LinkedMessage;
  readonly isOwn: boolean;
  isDone: boolean;
}

/** Plays a tape: sends what its end said when what went before has come, and compares what comes. */
export interface TapePlayer {
  /** Sends what waits for nothing. */
  start(): void;
  /** Takes a message of the real end; `false`: the tape has nothing like it. */
  receive(message: Message): boolean;
  /** What is waited for does not come: it is a difference, and the tape goes on. Returns whether anything was waited for. */
  skip(): boolean;
  /** Whether all was sent, and all came that is waited for. */
  readonly isDone: boolean;
  /** The line it has come to. */
  readonly line: number;
  /** The scripts that are played out. */
  readonly finished: readonly Script[];
}

export function createTapePlayer(options: PlayerOptions): TapePlayer {
  const scripts = options.scripts.map((script) => ({
    script,
    at: 0,
    steps: script.map((entry): Step => ({ entry, isOwn: entry.from === options.plays, isDone: false })),
  }));
  const theirs = scripts.flatMap(({ steps }) => steps.filter(({ isOwn }) => !isOwn));
  const states = new Map<TapeCall, CallState>();
  /** By the ids in use now: calls of the played end, and of the real one. */
  const ownCalls = new Map<Id, TapeCall>();
  const theirCalls = new Map<Id, TapeCall>();
  const invocations = new Map<string, string>();
  let lastId = 0;
  let line = 0;
  let isAdvancing = false;

  const stateOf = (call: TapeCall): CallState => {
    const state = states.get(call) ?? { id: undefined, isOver: false, items: 0, bytes: 0 };
    states.set(call, state);
    return state;
  };
  const differ = (entry: LinkedMessage, kind: Difference["kind"], got: unknown): void => {
    const { line, message, call } = entry;
    const part = partOf(message);
    const method = call?.method ?? ("method" in message ? message.method : "");
    options.onDifference({ line, kind, method, part, expected: payloadOf(message), got });
  };
  const miss = (step: Step): void => {
    step.isDone = true;
    if (step.entry.call?.isCancelled !== true) differ(step.entry, "missing", undefined);
  };

  const sendStep = ({ entry }: Step): "sent" | "later" | "never" => {
    const { message, call } = entry;
    const state = call && stateOf(call);
    const isRequest = "method" in message && "id" in message;
    const sent = revealed(entry);
    if (partOf(message) === "params" && payloadOf(sent) === REDACTED && options.onUnplayable !== undefined) {
      options.onUnplayable(entry);
      for (const step of theirs) if (call !== undefined && step.entry.call === call) step.isDone = true;
      return "never";
    }
    if (isRequest && call !== undefined && state !== undefined) {
      state.id = ++lastId;
      ownCalls.set(state.id, call);
      options.send({ ...sent, id: state.id, ...remapped(message.meta) } as RequestMessage);
      return "sent";
    }
    if (state === undefined) {
      options.send({ ...sent, ...("method" in message && remapped(message.meta)) } as Message);
      return "sent";
    }
    // The real end never made this call, or has answered it already.
    if (state.id === undefined || (state.isOver && call?.caller === options.plays)) return "never";
    if (!("method" in message)) {
      state.isOver = true;
      options.send({ ...sent, id: state.id } as Message);
      return "sent";
    }
    if (isItem(message.method)) {
      if (state.items < 1 || state.bytes < 1) return "later";
      state.items--;
      state.bytes -= JSON.stringify(message).length;
    }
    options.send({ ...sent, params: { ...(sent as { params?: object }).params, id: state.id } } as Message);
    return "sent";
  };

  const revealed = ({ line, message, call }: LinkedMessage): Message => {
    const value = payloadOf(message);
    if (options.reveal === undefined || !holdsRedacted(value)) return message;
    const method = call?.method ?? ("method" in message ? message.method : "");
    return withPayload(message, options.reveal(value, { line, method, part: partOf(message) }));
  };

  /** A nested call names the invocation it was lent now. */
  const remapped = (meta: MessageMeta | undefined): { meta?: MessageMeta } => {
    if (meta === undefined) return {};
    const invocationId = meta.invocationId === undefined ? undefined : invocations.get(meta.invocationId);
    return { meta: invocationId === undefined ? meta : { ...meta, invocationId } };
  };

  const advance = (): void => {
    if (isAdvancing) return;
    isAdvancing = true;
    for (const one of scripts) {
      for (let step = one.steps[one.at]; step !== undefined; step = one.steps[++one.at]) {
        if (step.isOwn ? sendStep(step) === "later" : !step.isDone && isAwaited(step.entry)) break;
        line = Math.max(line, step.entry.line);
      }
    }
    isAdvancing = false;
  };

  const findCall = (message: Message, isCall: boolean): Step | undefined => {
    if (!("method" in message)) return undefined;
    const alike = theirs.filter(({ isDone, entry }) => {
      const expected = entry.message;
      return !isDone && "method" in expected && expected.method === message.method && "id" in expected === isCall;
    });
    // What the runtime says of times and reasons is nobody's doing.
    const isLike = ({ entry }: Step): boolean =>
      isReservedMethod(message.method) || matchesTape(payloadOf(entry.message), payloadOf(message));
    const same = alike.find(isLike);
    if (same !== undefined || !options.takesOtherParams) return same;
    if (alike[0] !== undefined) differ(alike[0].entry, "differs", payloadOf(message));
    return alike[0];
  };

  const takeCall = (message: Message): boolean => {
    const isCall = "id" in message;
    const step = findCall(message, isCall);
    if (step === undefined) return false;
    step.isDone = true;
    const { call } = step.entry;
    const [before, now] = [metaOf(step.entry.message), metaOf(message)];
    if (before?.invocation !== undefined && now?.invocation !== undefined) {
      invocations.set(before.invocation.id, now.invocation.id);
    }
    if (call !== undefined && isCall) {
      const state = stateOf(call);
      state.id = message.id as Id;
      state.items = now?.credit?.items ?? 0;
      state.bytes = now?.credit?.bytes ?? 0;
      theirCalls.set(message.id as Id, call);
    }
    return true;
  };

  const takeAnswer = (message: Message & { readonly id: Id | null }): boolean => {
    const call = message.id === null ? undefined : ownCalls.get(message.id);
    if (call === undefined) return false;
    stateOf(call).isOver = true;
    const rest = theirs.filter(({ isDone, entry }) => !isDone && entry.call === call);
    const answer = rest.find(({ entry }) => !("method" in entry.message));
    for (const step of rest) if (step !== answer && isAwaited(step.entry)) miss(step);
    if (answer === undefined) return true;
    answer.isDone = true;
    if (!call.isCancelled && !isSameAnswer(answer.entry.message, message))
      differ(answer.entry, "differs", payloadOf(message));
    return true;
  };

  const takeRemark = (message: Message & { readonly method: string }, call: TapeCall | undefined): boolean => {
    if (call === undefined) return true;
    if (message.method.endsWith("/credit")) {
      const { items, bytes } = (message as { readonly params?: unknown }).params as {
        readonly items: number;
        readonly bytes: number;
      };
      stateOf(call).items += items;
      stateOf(call).bytes += bytes;
    }
    if (message.method === "$/input/cancel") stateOf(call).isOver = true;
    const step = theirs.find(({ isDone, entry }) => {
      return !isDone && entry.call === call && "method" in entry.message && entry.message.method === message.method;
    });
    if (step === undefined) return call.response === undefined || call.isCancelled || !isPayload(message.method);
    step.isDone = true;
    if (!isPayload(message.method) || call.isCancelled) return true;
    if (!matchesTape(payloadOf(step.entry.message), payloadOf(message)))
      differ(step.entry, "differs", payloadOf(message));
    return true;
  };

  return {
    start: advance,
    receive(message) {
      const about = aboutCall(message);
      let isKnown: boolean;
      if (!("method" in message)) isKnown = takeAnswer(message);
      else if (about === undefined || "id" in message) isKnown = takeCall(message);
      else isKnown = takeRemark(message, (about.sentBy === "caller" ? theirCalls : ownCalls).get(about.id));
      advance();
      return isKnown;
    },
    skip() {
      const stuck = scripts.flatMap(({ steps, at }) => steps[at] ?? []);
      for (const { entry } of stuck) {
        const call = entry.call;
        for (const step of theirs)
          if (!step.isDone && (step.entry === entry || (call && step.entry.call === call))) miss(step);
        // Nobody asks for these items any more.
        if (call !== undefined && entry.from === options.plays) stateOf(call).id = undefined;
      }
      advance();
      return stuck.length > 0;
    },
    get isDone() {
      return (
        scripts.every(({ steps, at }) => at === steps.length) &&
        theirs.every(({ isDone, entry }) => isDone || !isAwaited(entry))
      );
    },
    get line() {
      return line;
    },
    get finished() {
      return scripts.filter(({ steps, at }) => at === steps.length).map(({ script }) => script);
    },
  };
}

const metaOf = (message: Message): MessageMeta | undefined => ("method" in message ? message.meta : undefined);

const isItem = (method: string): boolean => method === "$/stream/item" || method === "$/input/item";

const isPayload = (method: string): boolean => isItem(method) || method === "$/progress" || method === "$/input/end";

/** What the other end says of its own accord, and not to pace or to stop somebody, which depends on time. */
const isAwaited = ({ message, call }: LinkedMessage): boolean =>
  !("method" in message)
    ? call?.isCancelled !== true
    : !message.method.startsWith("$/") || (isPayload(message.method) && call?.isCancelled !== true);

function isSameAnswer(expected: Message, got: Message): boolean {
  if ("error" in expected && "error" in got) return matchesError(expected.error, got.error);
  return "result" in expected && "result" in got && matchesTape(expected.result, got.result);
}
