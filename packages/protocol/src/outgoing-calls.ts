import { checkSignal } from "./abort-listeners.js";
import { cancelError, idleError, invalidResult, noTimeLeft, overloaded, timeoutError } from "./call-errors.js";
import { heard, idleTimeout, isHeldByCaller, totalTimeout, withDeadline } from "./call-timeouts.js";
import type { Method } from "./contract.js";
import { createDeadlineTimer } from "./deadline-timer.js";
import { ErrorCode, fromWireError, isRpcError, RpcError } from "./errors.js";
import { guarded } from "./guarded-callback.js";
import { rejected } from "./handled-promise.js";
import type { ErrorMessage, RequestMessage, ResultMessage } from "./messages.js";
import {
  failCall,
  type OutgoingCall,
  type OutgoingCallsContext,
  openCall,
  type PeerCallOptions,
  succeedCall,
} from "./outgoing-call.js";
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
    for (const [, call] of pending.takeWhere((call) => call.signal === signal)) endCancelled(call, signal.reason);
  });

  const readClock = (): number => clock.now();

  /** The call has left the table: nothing of it stays behind. `endedAt` is asked only where somebody measures. */
  const detach = (call: OutgoingCall, error: unknown, endedAt: () => number): void => {
    if (call.signal !== undefined) signals.remove(call.signal);
    call.input?.stop();
    context.meter?.called(call.method, endedAt() - call.startedAt, error);
    call.rare?.onSettled?.(error);
  };
  const fail = (call: OutgoingCall, error: RpcError, endedAt: () => number): void => {
    detach(call, error, endedAt);
    failCall(call, error);
  };

  const timer = createDeadlineTimer(clock, () => {
    const now = clock.now();
    for (const [, call] of pending.takeExpired(now, (call) => isHeldByCaller(call, now))) {
      stats.timeouts++;
      const { idle, method, timeoutMs, withinMs } = call;
      // Which of the two it passed: by now, if the event loop stood still, it may be past both.
      const isIdle = idle !== undefined && call.deadline < idle.total;
      const error = isIdle ? idleError(method, idle.ms) : timeoutError(method, timeoutMs, withinMs);
      release(call, error, error);
    }
    timer.arm(pending.nextDeadline());
  });

  /** Settles a call that got no answer, and tells the other end to stop. */
  const release = (call: OutgoingCall, error: RpcError, told: unknown): void => {
    context.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: call.id } }, true);
    if (!call.isExempt) context.abandoned?.add(call.id, call.method);
    detach(call, told, readClock);
    call.reader?.abandon(error);
    failCall(call, error);
  };
  const cancel = (id: number, reason: unknown, told?: { readonly error: unknown }): void => {
    const call = pending.take(id);
    if (call !== undefined) endCancelled(call, reason, told);
  };
  const endCancelled = (call: OutgoingCall, reason: unknown, told?: { readonly error: unknown }): void => {
    stats.cancels++;
    const error = cancelError(call.method, reason);
    release(call, error, told === undefined ? error : told.error);
  };

  const refuse = (method: string, options: PeerCallOptions, error: RpcError): RpcError => {
    context.meter?.called(method, undefined, error);
    options.onSettled?.(error);
    return error;
  };

  /** Sends a call, or tells why it cannot be. */
  const start = (
    definition: Method,
    method: string,
    params: unknown,
    options: PeerCallOptions,
    reader: StreamReader | undefined,
  ): OutgoingCall | RpcError => {
    const { signal, meta, withinMs } = options;
    const now = clock.now();
    let timeoutMs: number | undefined;
    let idleMs: number | undefined;
    try {
      timeoutMs = totalTimeout(definition, method, options, limits.callTimeoutMs);
      idleMs = idleTimeout(definition, method, options);
      if (signal !== undefined) checkSignal(signal, method);
    } catch (error) {
      return refuse(method, options, new RpcError(ErrorCode.INVALID_PARAMS, (error as Error).message));
    }
    if (withinMs !== undefined && withinMs < 1) return refuse(method, options, noTimeLeft(method));
    if (signal?.aborted === true) return refuse(method, options, cancelError(method, signal.reason));
    const source = options.input;
    const wrong = wrongInput(definition, method, source, context);
    if (wrong !== undefined) return refuse(method, options, wrong);
    const call = openCall(definition, method, options, reader, now, timeoutMs, idleMs);
    const id = pending.add(call);
    if (id === undefined) {
      stats.refusedCalls++;
      return refuse(method, options, overloaded(method, `${limits.outgoingCalls} calls are in flight`));
    }
    call.id = id;
    const impliedMs = definition.kind === "request" ? context.impliedDeadlineMs() : undefined;
    const sentMeta = timeoutMs === undefined ? meta : withDeadline(meta, Math.ceil(timeoutMs), impliedMs);
    const message: RequestMessage =
      sentMeta === undefined
        ? { jsonrpc: "2.0", id, method, params }
        : { jsonrpc: "2.0", id, method, params, meta: sentMeta };
    const { onSent } = options;
    const refused = context.send(message, call.isExempt, onSent !== undefined);
    if (refused !== undefined) {
      // Writing its params ran code that closed the channel, and so failed the call.
      if (pending.take(id) === undefined) return call;
      if (refused.code === ErrorCode.OVERLOADED) stats.refusedCalls++;
      return refuse(method, options, refused);
    }
    onSent?.(context.sentBytes());
    timer.arm(call.deadline);
    // Writing its params may have run code that ended it, or aborted its signal.
    if (signal !== undefined && pending.get(id) === call) {
      call.signal = signal;
      signals.add(signal);
      if (signal.aborted) cancel(id, signal.reason);
    }
    if (source !== undefined) {
      call.input = startInput(context, call, source);
      // The caller's own code ran: it may have ended the call before there was an input to end.
      if (pending.get(id) !== call) call.input.stop();
    }
    return call;
  };

  return {
    size: (): number => pending.size(),

    waiting: (max: number): WaitingCall[] => waitingCalls(pending.list(), clock.now(), max),

    request(definition: Method, method: string, params: unknown, options: PeerCallOptions): Promise<unknown> {
      const call = start(definition, method, params, options, undefined);
      return call instanceof RpcError ? rejected(call) : (call.promise as Promise<unknown>);
    },

    stream(definition: Method, method: string, params: unknown, options: PeerCallOptions): StreamReader {
      let window: { readonly items: number; readonly bytes: number };
      try {
        window = streamWindow(options.window, limits);
      } catch (thrown) {
        const error = new RpcError(ErrorCode.INVALID_PARAMS, `${method}: ${(thrown as Error).message}`);
        return failedStream(refuse(method, options, error));
      }
      const reader = new StreamReader(window);
      const call = start(definition, method, params, { ...options, meta: { ...options.meta, credit: window } }, reader);
      if (call instanceof RpcError) {
        reader.end(call);
        return reader;
      }
      const { id } = call;
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
        succeedCall(call, undefined);
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
      call.rare?.onResult?.(result);
      succeedCall(call, result);
    },

    onProgress(id: unknown, value: unknown): void {
      const call = pending.get(id);
      if (call === undefined || call.definition.kind !== "request") return;
      heard(call, clock);
      const { method, rare } = call;
      const onProgress = rare?.onProgress;
      if (onProgress === undefined) return;
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
        (error) => context.report({ kind: "listener-failed", listener: `onProgress of ${method}`, error }),
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

    /** Without it, what comes behind would be taken for the whole stream. */
    onUnreadItem(id: unknown, error: RpcError): void {
      const call = pending.get(id);
      if (call?.reader === undefined) stats.strayItems++;
      else call.reader.fail(invalidResult(call.method, error));
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
