import { checkSignal, createAbortListeners } from "./abort-listeners.js";
import { cancelError, idleError, invalidResult, overloaded, timeoutError } from "./call-errors.js";
import { heard, type IdleLimit, idleTimeout, isHeldByReader, totalTimeout } from "./call-timeouts.js";
import type { Clock } from "./clock.js";
import { isReservedMethod, type Method } from "./contract.js";
import { createDeadlineTimer } from "./deadline-timer.js";
import { ErrorCode, fromWireError, RpcError } from "./errors.js";
import { guarded } from "./guarded-callback.js";
import type { ErrorMessage, MessageMeta, NotificationMessage, RequestMessage, ResultMessage } from "./messages.js";
import type { PeerLimits } from "./peer-limits.js";
import { streamWindow } from "./peer-limits.js";
import type { PeerReport, PeerStats } from "./peer-report.js";
import { createPendingCalls, type Deadlined } from "./pending-calls.js";
import { failedReader, StreamReader } from "./stream-reader.js";
import { validate } from "./validate.js";

/** Options of an untyped call through a peer. */
export interface PeerCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** ms; default: the method's, else the peer's. */
  readonly timeoutMs?: number | undefined;
  /** ms without progress or an item; default: the method's, else no limit. */
  readonly idleTimeoutMs?: number | undefined;
  readonly onProgress?: ((value: never) => void) | undefined;
  readonly meta?: MessageMeta | undefined;
  readonly window?: { readonly items?: number; readonly bytes?: number } | undefined;
  /** Told of the answer before anything that arrived after it is looked at; the promise settles later. */
  readonly onResult?: ((result: unknown) => void) | undefined;
  /** Told once, when the call is over or was refused, whether or not anybody awaits it. Must not throw. */
  readonly onSettled?: (() => void) | undefined;
}

/** What outgoing calls need of their peer. */
export interface OutgoingCallsContext {
  readonly clock: Clock;
  readonly limits: PeerLimits;
  readonly stats: PeerStats;
  /** Sends a message; returns why it could not be. */
  send(message: RequestMessage | NotificationMessage, urgent: boolean): RpcError | undefined;
  report(report: PeerReport): void;
}

interface OutgoingCall extends Deadlined {
  readonly method: string;
  readonly definition: Method;
  readonly timeoutMs: number | undefined;
  /** The total it ends at, beside `deadline`, which moves with what is heard of it. */
  readonly idle: IdleLimit | undefined;
  deadline: number;
  readonly onProgress: ((value: never) => void) | undefined;
  readonly onResult: ((result: unknown) => void) | undefined;
  readonly onSettled: (() => void) | undefined;
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
  const aborts = createAbortListeners();

  /** The call has left the table: nothing of it stays behind. */
  const detach = (call: OutgoingCall): void => {
    if (call.onAbort !== undefined) aborts.remove(call.signal as AbortSignal, call.onAbort);
    call.onSettled?.();
  };

  const timer = createDeadlineTimer(clock, () => {
    const now = clock.now();
    for (const [id, call] of pending.takeExpired(now, (call) => isHeldByReader(call, now))) {
      stats.timeouts++;
      const { idle, method, timeoutMs } = call;
      const isIdle = idle !== undefined && now < idle.total;
      release(id, call, isIdle ? idleError(method, idle.ms) : timeoutError(method, timeoutMs));
    }
    timer.arm(pending.nextDeadline());
  });

  /** Settles a call that got no answer, and tells the other end to stop. */
  const release = (id: number, call: OutgoingCall, error: RpcError): void => {
    context.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }, true);
    detach(call);
    call.reader?.abandon(error);
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
    const { signal, meta } = options;
    const refuse = (error: RpcError): undefined => {
      options.onSettled?.();
      call.fail(error);
    };
    let timeoutMs: number | undefined;
    let idleMs: number | undefined;
    try {
      timeoutMs = totalTimeout(definition, method, options, limits.callTimeoutMs);
      idleMs = idleTimeout(definition, method, options);
      if (signal !== undefined) checkSignal(signal, method);
    } catch (error) {
      return refuse(new RpcError(ErrorCode.INVALID_PARAMS, (error as Error).message));
    }
    if (signal?.aborted === true) return refuse(cancelError(method, signal.reason));
    const now = clock.now();
    const total = timeoutMs === undefined ? Number.POSITIVE_INFINITY : now + timeoutMs;
    const idle = idleMs === undefined ? undefined : { ms: idleMs, total };
    const deadline = idle === undefined ? total : Math.min(total, now + idle.ms);
    const { onProgress, onResult, onSettled } = options;
    const { reader, succeed, fail } = call;
    const entry: OutgoingCall = {
      method,
      definition,
      deadline,
      timeoutMs,
      idle,
      onProgress,
      onResult,
      onSettled,
      reader,
      succeed,
      fail,
      signal,
      onAbort: undefined,
    };
    // The runtime's own few methods get through: a worker with all calls taken can still be asked to stop.
    const isOwn = isReservedMethod(method);
    const id = pending.add(entry, isOwn);
    if (id === undefined) {
      stats.refusedCalls++;
      return refuse(overloaded(method, `${limits.outgoingCalls} calls are in flight`));
    }
    const sentMeta = timeoutMs === undefined ? meta : { ...meta, deadlineMs: Math.ceil(timeoutMs) };
    const message: RequestMessage =
      sentMeta === undefined
        ? { jsonrpc: "2.0", id, method, params }
        : { jsonrpc: "2.0", id, method, params, meta: sentMeta };
    const refused = context.send(message, isOwn);
    if (refused !== undefined) {
      pending.take(id);
      if (refused.code === ErrorCode.OVERLOADED) stats.refusedCalls++;
      return refuse(refused);
    }
    if (signal !== undefined) {
      entry.onAbort = () => cancel(id, signal.reason);
      aborts.add(signal, entry.onAbort);
    }
    timer.arm(deadline);
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
      let window: { readonly items: number; readonly bytes: number };
      try {
        window = streamWindow(options.window, limits);
      } catch (error) {
        options.onSettled?.();
        return failedReader(new RpcError(ErrorCode.INVALID_PARAMS, `${method}: ${(error as Error).message}`));
      }
      const reader = new StreamReader(window);
      const end = { succeed: () => reader.end(undefined), fail: (error: RpcError) => reader.end(error), reader };
      const id = start(definition, method, params, { ...options, meta: { ...options.meta, credit: window } }, end);
      if (id === undefined) return reader;
      reader.attach({
        grant: (items, bytes) => {
          const call = pending.get(id);
          if (call !== undefined) {
            heard(call, clock.now);
            context.send({ jsonrpc: "2.0", method: "$/stream/credit", params: { id, items, bytes } }, true);
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
      call.onResult?.(result);
      call.succeed(result);
    },

    onProgress(id: unknown, value: unknown): void {
      const call = pending.get(id);
      if (call === undefined || call.definition.kind !== "request") return;
      heard(call, clock.now);
      if (call.onProgress === undefined) return;
      const { method, onProgress } = call;
      let checked: unknown;
      try {
        const { progress } = call.definition;
        checked = progress === undefined ? value : validate(progress, value, "progress");
      } catch (error) {
        stats.refusedNotifications++;
        context.report({ kind: "notification-refused", method: "$/progress", error: invalidResult(method, error) });
        return;
      }
      guarded(
        () => onProgress(checked as never),
        (error) => context.report({ kind: "listener-failed", method, error }),
      );
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
      heard(call, clock.now);
      call.reader.push(checked, bytes);
    },

    /** Settles every call with an error of the owner's making. */
    failAll(makeError: (method: string, mayHaveRun: boolean) => RpcError): void {
      timer.disarm();
      for (const [, call] of pending.takeAll()) {
        detach(call);
        call.fail(makeError(call.method, true));
      }
    },
  };
}
