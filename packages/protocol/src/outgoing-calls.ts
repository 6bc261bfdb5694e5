import { checkSignal } from "./abort-listeners.js";
import { cancelError, idleError, invalidResult, noTimeLeft, overloaded, timeoutError } from "./call-errors.js";
import { type CallTimes, callTimes, heard, isHeldByCaller, withDeadline } from "./call-timeouts.js";
import { isReservedMethod, type Method } from "./contract.js";
import { createDeadlineTimer } from "./deadline-timer.js";
import { ErrorCode, fromWireError, isRpcError, RpcError } from "./errors.js";
import { guarded } from "./guarded-callback.js";
import type { ErrorMessage, RequestMessage, ResultMessage } from "./messages.js";
import type { OutgoingCall, OutgoingCallsContext, PeerCallOptions } from "./outgoing-call.js";
import { startInput, wrongInput } from "./outgoing-input.js";
import { streamWindow } from "./peer-limits.js";
import { createPendingCalls } from "./pending-calls.js";
import { createSignalUsers } from "./signal-users.js";
import { failedStream, StreamReader } from "./stream-reader.js";
import { validate } from "./validate.js";
import { type WaitingCall, waitingCalls } from "./waiting-calls.js";

/** The calls one end has made. */
export type OutgoingCalls = ReturnType<typeof createOutgoingCalls>;

/** The calls one end has made: each settles exactly once, by answer, error, timeout, cancel or close. */
export function createOutgoingCalls(context: OutgoingCallsContext) {
  const { clock, limits, stats } = context;
  const pending = createPendingCalls<OutgoingCall>(limits.outgoingCalls);
  const signals = createSignalUsers((signal) => {
    for (const [id, call] of pending.takeWhere((call) => call.signal === signal)) endCancelled(id, call, signal.reason);
  });

  const readClock = (): number => clock.now();

  /** The call has left the table: nothing of it stays behind. `endedAt` is asked only where somebody measures. */
  const detach = (call: OutgoingCall, error: unknown, endedAt: () => number): void => {
    if (call.signal !== undefined) signals.remove(call.signal);
    call.input?.stop();
    context.meter?.called(call.method, endedAt() - call.startedAt, error);
    call.onSettled?.(error);
  };
  const fail = (call: OutgoingCall, error: RpcError, endedAt: () => number): void => {
    detach(call, error, endedAt);
    call.fail(error);
  };

  const timer = createDeadlineTimer(clock, () => {
    const now = clock.now();
    for (const [id, call] of pending.takeExpired(now, (call) => isHeldByCaller(call, now))) {
      stats.timeouts++;
      const { idle, method, timeoutMs, withinMs } = call;
      const isIdle = idle !== undefined && now < idle.total;
      const error = isIdle ? idleError(method, idle.ms) : timeoutError(method, timeoutMs, withinMs);
      release(id, call, error, error);
    }
    timer.arm(pending.nextDeadline());
  });

  /** Settles a call that got no answer, and tells the other end to stop. */
  const release = (id: number, call: OutgoingCall, error: RpcError, told: unknown): void => {
    context.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }, true);
    if (!isReservedMethod(call.method)) context.abandoned?.add(id, call.method);
    detach(call, told, readClock);
    call.reader?.abandon(error);
    call.fail(error);
  };
  const cancel = (id: number, reason: unknown, told?: { readonly error: unknown }): void => {
    const call = pending.take(id);
    if (call !== undefined) endCancelled(id, call, reason, told);
  };
  const endCancelled = (id: number, call: OutgoingCall, reason: unknown, told?: { readonly error: unknown }): void => {
    stats.cancels++;
    const error = cancelError(call.method, reason);
    release(id, call, error, told === undefined ? error : told.error);
  };

  const start = (
    definition: Method,
    method: string,
    params: unknown,
    options: PeerCallOptions,
    call: Pick<OutgoingCall, "succeed" | "fail" | "reader">,
  ): number | undefined => {
    const { signal, meta, withinMs } = options;
    const refuse = (error: RpcError): undefined => {
      context.meter?.called(method, undefined, error);
      options.onSettled?.(error);
      call.fail(error);
    };
    const now = clock.now();
    let times: CallTimes;
    try {
      times = callTimes(definition, method, options, limits.callTimeoutMs, now);
      if (signal !== undefined) checkSignal(signal, method);
    } catch (error) {
      return refuse(new RpcError(ErrorCode.INVALID_PARAMS, (error as Error).message));
    }
    if (withinMs !== undefined && withinMs < 1) return refuse(noTimeLeft(method));
    if (signal?.aborted === true) return refuse(cancelError(method, signal.reason));
    const source = options.input;
    const wrong = wrongInput(definition, method, source, context);
    if (wrong !== undefined) return refuse(wrong);
    const { timeoutMs, idle, deadline } = times;
    const { onProgress, onResult, onSettled, onSent } = options;
    const { reader, succeed, fail } = call;
    // The runtime's own few methods get through: a worker with all calls taken can still be asked to stop.
    const isOwn = isReservedMethod(method);
    const entry: OutgoingCall = {
      method,
      definition,
      startedAt: now,
      deadline,
      isExempt: isOwn,
      timeoutMs,
      withinMs,
      idle,
      onProgress,
      onResult,
      onSettled,
      reader,
      succeed,
      fail,
      signal: undefined,
      input: undefined,
    };
    const id = pending.add(entry);
    if (id === undefined) {
      stats.refusedCalls++;
      return refuse(overloaded(method, `${limits.outgoingCalls} calls are in flight`));
    }
    const sentMeta = timeoutMs === undefined ? meta : withDeadline(meta, Math.ceil(timeoutMs));
    const message: RequestMessage =
      sentMeta === undefined
        ? { jsonrpc: "2.0", id, method, params }
        : { jsonrpc: "2.0", id, method, params, meta: sentMeta };
    const refused = context.send(message, isOwn, onSent !== undefined);
    if (refused !== undefined) {
      pending.take(id);
      if (refused.code === ErrorCode.OVERLOADED) stats.refusedCalls++;
      return refuse(refused);
    }
    onSent?.(context.sentBytes());
    if (signal !== undefined) {
      entry.signal = signal;
      signals.add(signal);
    }
    timer.arm(deadline);
    if (source !== undefined) {
      entry.input = startInput(context, id, entry, source);
      // The caller's own code ran: it may have ended the call before there was an input to end.
      if (pending.get(id) !== entry) entry.input.stop();
    }
    return id;
  };

  return {
    size: (): number => pending.size(),

    waiting: (max: number): WaitingCall[] => waitingCalls(pending.list(), clock.now(), max),

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
      } catch (thrown) {
        const error = new RpcError(ErrorCode.INVALID_PARAMS, `${method}: ${(thrown as Error).message}`);
        options.onSettled?.(error);
        return failedStream(error);
      }
      const reader = new StreamReader(window);
      const end = { succeed: () => reader.end(undefined), fail: (error: RpcError) => reader.end(error), reader };
      const id = start(definition, method, params, { ...options, meta: { ...options.meta, credit: window } }, end);
      if (id === undefined) return reader;
      reader.attach({
        grant: (items, bytes) => {
          const call = pending.get(id);
          if (call !== undefined) {
            heard(call, clock);
            context.send({ jsonrpc: "2.0", method: "$/stream/credit", params: { id, items, bytes } }, true);
          }
        },
        // Who stops reading has no error; who was sent what is no item has.
        cancel: (reason) => cancel(id, reason, { error: isRpcError(reason) ? reason : undefined }),
      });
      return reader;
    },

    onResponse(message: ResultMessage | ErrorMessage): void {
      const call = pending.take(message.id);
      if (call === undefined) {
        if (pending.wasIssued(message.id)) {
          stats.lateReplies++;
          context.abandoned?.settle(message.id);
        } else {
          stats.unknownReplies++;
          context.report({ kind: "unknown-reply", id: message.id });
        }
        return;
      }
      if ("error" in message) {
        fail(call, fromWireError(message.error, call.method, call.input?.error), context.arrivedAt);
        return;
      }
      if (call.definition.kind !== "request") {
        detach(call, undefined, context.arrivedAt);
        call.succeed(undefined);
        return;
      }
      let result: unknown;
      try {
        result = validate(call.definition.result, message.result, "result", ErrorCode.INVALID_RESULT);
      } catch (error) {
        fail(call, invalidResult(call.method, error), context.arrivedAt);
        return;
      }
      detach(call, undefined, context.arrivedAt);
      call.onResult?.(result);
      call.succeed(result);
    },

    onProgress(id: unknown, value: unknown): void {
      const call = pending.get(id);
      if (call === undefined || call.definition.kind !== "request") return;
      heard(call, clock);
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
      if (call?.reader === undefined || call.definition.kind !== "stream") {
        stats.strayItems++;
        return;
      }
      let checked: unknown;
      try {
        checked = validate(call.definition.item, item, "item", ErrorCode.INVALID_RESULT);
      } catch (error) {
        call.reader.fail(invalidResult(call.method, error));
        return;
      }
      heard(call, clock);
      if (!call.reader.push(checked, bytes)) stats.strayItems++;
    },

    onInputCredit(id: unknown, items: unknown, bytes: unknown): void {
      const call = pending.get(id);
      if (call?.input === undefined) {
        stats.strayItems++;
        return;
      }
      heard(call, clock);
      call.input.grant(items, bytes);
    },

    /** The handler reads no more; it may still answer. */
    onInputCancel(id: unknown): void {
      const input = pending.get(id)?.input;
      if (input === undefined) stats.strayItems++;
      else input.stop();
    },

    /** Settles every call with an error of the owner's making. */
    failAll(makeError: (method: string, mayHaveRun: boolean) => RpcError): void {
      timer.disarm();
      context.abandoned?.clear();
      for (const [, call] of pending.takeWhere(() => true)) {
        fail(call, makeError(call.method, true), readClock);
      }
    },
  };
}
