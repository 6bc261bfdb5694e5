import type { Clock } from "./clock.js";
import type { Method } from "./contract.js";
import { ErrorCode, fromWireError, isRpcError, RpcError } from "./errors.js";
import type { ErrorMessage, Id, MessageMeta, ResultMessage } from "./messages.js";
import type { PeerLimits } from "./peer-limits.js";
import { checkDelay } from "./peer-limits.js";
import type { PeerReport, PeerStats } from "./peer-report.js";
import { createPendingCalls, type Deadlined } from "./pending-calls.js";
import { StreamReader } from "./stream-reader.js";
import { validate } from "./validate.js";

/** Options of an untyped call through a peer. */
export interface PeerCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** ms; default: the method's, else the peer's. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: ((value: never) => void) | undefined;
  readonly meta?: MessageMeta | undefined;
  readonly window?: { readonly items?: number; readonly bytes?: number } | undefined;
}

/** What outgoing calls need of their peer. */
export interface OutgoingCallsContext {
  readonly clock: Clock;
  readonly limits: PeerLimits;
  readonly stats: PeerStats;
  /** Sends a message; returns why it could not be. */
  send(
    message: { id?: Id; method: string; params: unknown; meta?: MessageMeta },
    urgent: boolean,
  ): RpcError | undefined;
  report(report: PeerReport): void;
}

interface OutgoingCall extends Deadlined {
  readonly method: string;
  readonly definition: Method;
  readonly timeoutMs: number | undefined;
  readonly onProgress: ((value: never) => void) | undefined;
  readonly reader: StreamReader | undefined;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: RpcError) => void;
  signal: AbortSignal | undefined;
  onAbort: (() => void) | undefined;
}

/** The calls one end has made: each settles exactly once, by answer, error, timeout, cancel or close. */
export function createOutgoingCalls(context: OutgoingCallsContext) {
  const { clock, limits, stats } = context;
  const pending = createPendingCalls<OutgoingCall>(limits.outgoingCalls);
  let timerAt = Number.POSITIVE_INFINITY;
  let cancelTimer: (() => void) | undefined;

  // One timer for all deadlines, armed for the earliest one; calls that settle leave it alone.
  const armTimer = (deadline: number): void => {
    if (deadline >= timerAt) return;
    cancelTimer?.();
    timerAt = deadline;
    cancelTimer = clock.setTimer(onTimer, Math.max(0, deadline - clock.now()));
  };
  const onTimer = (): void => {
    timerAt = Number.POSITIVE_INFINITY;
    cancelTimer = undefined;
    for (const [id, call] of pending.takeExpired(clock.now())) {
      stats.timeouts++;
      release(id, call, new RpcError(ErrorCode.TIMEOUT, timeoutText(call), { data: { timeoutMs: call.timeoutMs } }));
    }
    const next = pending.nextDeadline();
    if (next !== Number.POSITIVE_INFINITY) armTimer(next);
  };

  /** Settles a call that got no answer, and tells the other end to stop. */
  const release = (id: number, call: OutgoingCall, error: RpcError): void => {
    context.send({ method: "$/cancelRequest", params: { id } }, true);
    detach(call);
    call.fail(error);
  };
  const cancel = (id: number, reason: unknown): void => {
    const call = pending.take(id);
    if (call === undefined) return;
    stats.cancels++;
    release(id, call, cancelError(call.method, reason));
  };

  const start = (
    definition: Method,
    method: string,
    params: unknown,
    options: PeerCallOptions,
    call: Pick<OutgoingCall, "succeed" | "fail" | "reader">,
  ): number | undefined => {
    const { signal } = options;
    const methodTimeout = definition.kind === "notification" ? undefined : definition.timeoutMs;
    const fallback = definition.kind === "stream" ? undefined : limits.callTimeoutMs;
    let timeoutMs: number | undefined;
    try {
      const asked = options.timeoutMs ?? methodTimeout;
      timeoutMs = asked === undefined ? fallback : checkDelay(asked, `${method}: timeoutMs`);
    } catch (error) {
      call.fail(new RpcError(ErrorCode.INVALID_REQUEST, (error as Error).message));
      return undefined;
    }
    if (signal?.aborted === true) {
      call.fail(cancelError(method, signal.reason));
      return undefined;
    }
    const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs;
    const entry: OutgoingCall = {
      ...{ method, definition, deadline, timeoutMs, signal, onAbort: undefined },
      ...{ onProgress: options.onProgress, reader: call.reader, succeed: call.succeed, fail: call.fail },
    };
    const id = pending.add(entry);
    if (id === undefined) {
      stats.refusedCalls++;
      call.fail(overloaded(method, `${limits.outgoingCalls} calls are in flight`));
      return undefined;
    }
    const meta = timeoutMs === undefined ? options.meta : { ...options.meta, deadlineMs: Math.ceil(timeoutMs) };
    const refused = context.send({ id, method, params, ...(meta !== undefined && { meta }) }, false);
    if (refused !== undefined) {
      pending.take(id);
      if (refused.code === ErrorCode.OVERLOADED) stats.refusedCalls++;
      call.fail(refused);
      return undefined;
    }
    if (signal !== undefined) {
      entry.onAbort = () => cancel(id, signal.reason);
      signal.addEventListener("abort", entry.onAbort, { once: true });
    }
    if (deadline < timerAt) armTimer(deadline);
    return id;
  };

  return {
    get size() {
      return pending.size;
    },

    request(definition: Method, method: string, params: unknown, options: PeerCallOptions): Promise<unknown> {
      let succeed!: (value: unknown) => void;
      let reject!: (error: unknown) => void;
      const promise = new Promise((yes, no) => {
        succeed = yes;
        reject = no;
      });
      const fail = (error: RpcError): void => {
        // A rejection nobody awaits must not end the process.
        promise.catch(() => {});
        reject(error);
      };
      start(definition, method, params, options, { succeed, fail, reader: undefined });
      return promise;
    },

    stream(definition: Method, method: string, params: unknown, options: PeerCallOptions): StreamReader {
      const window = {
        items: options.window?.items ?? limits.streamItems,
        bytes: options.window?.bytes ?? limits.streamBytes,
      };
      const reader = new StreamReader(window);
      const end = { succeed: () => reader.end(undefined), fail: (error: RpcError) => reader.end(error), reader };
      const id = start(definition, method, params, { ...options, meta: { ...options.meta, credit: window } }, end);
      if (id === undefined) return reader;
      reader.attach({
        grant: (items, bytes) => {
          if (pending.get(id) !== undefined) {
            context.send({ method: "$/stream/credit", params: { id, items, bytes } }, true);
          }
        },
        cancel: (reason) => cancel(id, reason),
      });
      return reader;
    },

    onResponse(message: ResultMessage | ErrorMessage): void {
      const call = pending.take(message.id);
      if (call === undefined) {
        if (pending.wasIssued(message.id)) stats.lateReplies++;
        else {
          stats.unknownReplies++;
          context.report({ kind: "unknown-reply", id: message.id });
        }
        return;
      }
      detach(call);
      if ("error" in message) {
        call.fail(fromWireError(message.error, call.method));
        return;
      }
      if (call.definition.kind !== "request") {
        call.succeed(undefined);
        return;
      }
      let result: unknown;
      try {
        result = validate(call.definition.result, message.result, "result", ErrorCode.INVALID_RESULT);
      } catch (error) {
        call.fail(invalidResult(call.method, error));
        return;
      }
      call.succeed(result);
    },

    onProgress(id: unknown, value: unknown): void {
      const call = pending.get(id);
      if (call?.onProgress === undefined || call.definition.kind !== "request") return;
      try {
        const { progress } = call.definition;
        const checked = progress === undefined ? value : validate(progress, value, "progress");
        (call.onProgress as (value: unknown) => void)(checked);
      } catch (error) {
        context.report({ kind: "listener-failed", method: call.method, error });
      }
    },

    onItem(id: unknown, item: unknown, bytes: number): void {
      const call = pending.get(id);
      if (call?.reader === undefined || call.definition.kind !== "stream") return;
      let checked: unknown;
      try {
        checked = validate(call.definition.item, item, "item", ErrorCode.INVALID_RESULT);
      } catch (error) {
        call.reader.fail(invalidResult(call.method, error));
        return;
      }
      call.reader.push(checked, bytes);
    },

    /** Settles every call with an error of the owner's making. */
    failAll(makeError: (method: string) => RpcError): void {
      cancelTimer?.();
      cancelTimer = undefined;
      timerAt = Number.POSITIVE_INFINITY;
      for (const [, call] of pending.takeAll()) {
        detach(call);
        call.fail(makeError(call.method));
      }
    },
  };
}

function detach(call: OutgoingCall): void {
  if (call.onAbort !== undefined) call.signal?.removeEventListener("abort", call.onAbort);
}

function cancelError(method: string, reason: unknown): RpcError {
  if (isRpcError(reason)) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new RpcError(ErrorCode.TIMEOUT, `${method}: the caller's signal timed out`, { cause: reason });
  }
  return new RpcError(ErrorCode.CANCELLED, `${method}: cancelled by the caller`, { cause: reason });
}

function invalidResult(method: string, error: unknown): RpcError {
  if (!isRpcError(error))
    return new RpcError(ErrorCode.INVALID_RESULT, `${method}: the schema threw`, { cause: error });
  return new RpcError(error.code, `${method}: ${error.message}; fix the handler, or the contract`, {
    data: error.data,
  });
}

export function overloaded(method: string, why: string): RpcError {
  return new RpcError(ErrorCode.OVERLOADED, `${method}: ${why}; wait for answers before calling again`);
}

function timeoutText(call: OutgoingCall): string {
  return `${call.method}: no answer within ${call.timeoutMs} ms; pass a larger timeoutMs, or make the handler faster`;
}
