import { type Clock, cancelError, ErrorCode, isRpcError, RpcError } from "@outrigger/protocol";
import { addAbortListener, handled, removeAbortListener } from "@outrigger/protocol/outcomes";
import type { ChannelCallOptions } from "./channel-call-options.js";
import { createHeldParams, type Held } from "./held-params.js";
import type { WorkerStatus } from "./state-types.js";

/** What the calls of one worker are sent again by. */
export interface ResendSource {
  readonly clock: Clock;
  /** Calls that may wait for the next process at once. */
  readonly maxWaiting: () => number;
  /** Bytes of their params, and of those of calls in flight. */
  readonly maxBytes: () => number;
  /** How long a call may take in all, ms, when its caller does not say. */
  readonly timeoutMs: (method: string) => number;
  readonly status: () => WorkerStatus;
  /** Sends a call to the process of the moment. @throws RpcError when none serves */
  readonly send: (method: string, params: unknown, options: ChannelCallOptions) => Promise<unknown>;
}

/** Sends calls that died with their worker once more, to its next process: for methods that may run twice. */
export interface Resender {
  /** Settles exactly once. @throws RpcError when no process serves */
  request(method: string, params: unknown, options: ChannelCallOptions): Promise<unknown>;
  /** The worker's status has changed. */
  onStatus(status: WorkerStatus): void;
  stats(): ResendStats;
}

/** The second chances of a worker's calls. */
export interface ResendStats {
  /** Calls that wait for the next process. */
  readonly waiting: number;
  /** Calls sent a second time, since the worker was first started. */
  readonly sent: number;
  /** Bytes of the params held for it, of calls in flight and those that wait. */
  readonly heldBytes: number;
}

interface Waiting {
  sendAgain(): void;
  giveUp(): void;
}

/** From these another process may come without anybody's word. */
const COMES_BACK: ReadonlySet<WorkerStatus> = new Set(["running", "crashed", "backoff", "starting"]);

export function createResender(source: ResendSource): Resender {
  const { clock } = source;
  const waiting = new Set<Waiting>();
  const params = createHeldParams(source.maxBytes);
  let sent = 0;

  /** Waits for the next process, as long as the call has time, and sends the call to it. */
  const again = (
    method: string,
    held: Held,
    options: ChannelCallOptions,
    died: RpcError,
    deadline: number,
    timeoutMs: number,
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      const leave = (): void => {
        waiting.delete(entry);
        cancelTimer();
        held.drop();
        if (signal !== undefined) removeAbortListener(signal, onAbort);
      };
      const fail = (error: RpcError): void => {
        leave();
        reject(error);
      };
      const onAbort = (): void => fail(cancelError(method, signal?.reason));
      const entry: Waiting = {
        giveUp: () => fail(died),
        sendAgain() {
          const params = held.params();
          leave();
          sent++;
          try {
            const left = Math.max(1, deadline - clock.now());
            resolve(
              source.send(method, params, { ...options, timeoutMs: left }).catch((error: unknown) => {
                throw failedTwice(error, died, timeoutMs);
              }),
            );
          } catch (error) {
            reject(failedTwice(error, died, timeoutMs));
          }
        },
      };
      const cancelTimer = clock.setTimer(
        () => fail(notBackInTime(method, timeoutMs, died)),
        Math.max(0, deadline - clock.now()),
      );
      waiting.add(entry);
      if (signal?.aborted === true) onAbort();
      else if (signal !== undefined) addAbortListener(signal, onAbort);
    });

  return {
    request(method, given, options) {
      let fixedScope: { readonly scope: unknown } | undefined;
      const onScope = (scope: unknown): void => {
        fixedScope = { scope };
      };
      const startedAt = clock.now();
      // From here on nothing else holds them: what was let go of is free once it is written.
      const held = params.hold(given);
      const retry = (error: unknown): Promise<unknown> => {
        const mayWait = isDeath(error) && COMES_BACK.has(source.status()) && waiting.size < source.maxWaiting();
        if (!mayWait || !held.isHeld()) {
          held.drop();
          throw error;
        }
        const { withinMs = Number.POSITIVE_INFINITY } = options;
        const timeoutMs = Math.min(options.timeoutMs ?? source.timeoutMs(method), withinMs);
        return again(method, held, { ...options, fixedScope }, error, startedAt + timeoutMs, timeoutMs);
      };
      let first: Promise<unknown>;
      try {
        first = source.send(method, given, { ...options, onSent: held.measured, onScope });
      } catch (error) {
        // Its process is gone, and only its status does not tell yet: the call was made to a worker that runs.
        if (source.status() === "running") return handled(retry(error));
        throw error;
      }
      return handled(
        first.then((result) => {
          held.drop();
          return result;
        }, retry),
      );
    },
    onStatus(status) {
      if (status === "running") for (const entry of [...waiting]) entry.sendAgain();
      else if (!COMES_BACK.has(status)) for (const entry of [...waiting]) entry.giveUp();
    },
    stats: () => ({ waiting: waiting.size, sent, heldBytes: params.bytes() }),
  };
}

/** Only this end's own word that the process is gone counts: a worker can answer with any code. */
function isDeath(error: unknown): error is RpcError {
  return isRpcError(error) && !error.remote && error.code === ErrorCode.WORKER_UNAVAILABLE;
}

function mayHaveRun(error: RpcError): boolean {
  return (error.data as { readonly mayHaveRun?: boolean } | undefined)?.mayHaveRun !== false;
}

function notBackInTime(method: string, timeoutMs: number, died: RpcError): RpcError {
  return new RpcError(
    ErrorCode.TIMEOUT,
    `${method}: no answer within ${timeoutMs} ms: its worker died with it, and was not back in time to be asked again; pass a larger timeoutMs`,
    { data: { timeoutMs, attempts: 1, mayHaveRun: mayHaveRun(died) }, cause: died },
  );
}

/** What this end says of a call sent twice names that; what the second process answered is the answer. */
function failedTwice(error: unknown, died: RpcError, timeoutMs: number): unknown {
  if (!isRpcError(error) || error.remote) return error;
  const data = {
    ...(error.data as object | undefined),
    attempts: 2,
    mayHaveRun: mayHaveRun(died) || mayHaveRun(error),
  };
  const given = "timeoutMs" in data ? { ...data, timeoutMs } : data;
  return new RpcError(error.code, `sent twice, the first died with its worker: ${error.message}`, {
    data: given,
    cause: died,
  });
}
