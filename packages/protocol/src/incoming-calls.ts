import { admittedMethod, type Intake } from "./admission.js";
import { type ArrivalContext, arrivalOf } from "./arrival.js";
import { inputFailed, inputGone, inputOver, invalidInput } from "./call-errors.js";
import { type CallInput, createCallInput } from "./call-input.js";
import type { Clock } from "./clock.js";
import { inputOf, type Method, type MethodMap, type Schema } from "./contract.js";
import { ErrorCode, fromWireError, isRpcError, RpcError, toWireError, type WireError } from "./errors.js";
import { isThenable } from "./guarded-callback.js";
import { type IncomingCall, ReceivedCall } from "./incoming-call.js";
import type { SendItemOf } from "./item-sender.js";
import { createKeptBytes } from "./kept-bytes.js";
import type { Id, MessageMeta, NotificationMessage, RequestMessage } from "./messages.js";
import { createMethodTable } from "./method-table.js";
import type { PeerLimits } from "./peer-limits.js";
import { excerpt, type PeerReport, type PeerStats } from "./peer-report.js";
import { createServedTimes } from "./served-times.js";
import { type ItemProducer, producerFor } from "./stream-producer.js";
import { validate } from "./validate.js";

/** What an end does with the calls it receives. */
export interface Serving {
  /** The methods this end answers. Looked up by own property only. */
  readonly methods: MethodMap;
  /** Runs before params are validated; what it throws is the answer. */
  readonly authorize?: ((method: string, definition: Method, meta: MessageMeta | undefined) => void) | undefined;
  /** Runs the handler. What it throws is the answer; a stream returns an iterable. */
  readonly handle: (call: IncomingCall) => unknown;
  /** The code of a handler's error that has none: WORKER_ERROR in a worker, INTERNAL_ERROR in a host. */
  readonly handlerErrorCode: number;
}

/** What incoming calls need of their peer. */
export interface IncomingCallsContext extends ArrivalContext {
  readonly clock: Clock;
  readonly limits: PeerLimits;
  readonly stats: PeerStats;
  /** `method` names the call where its answer cannot be sent. */
  respond(id: Id, outcome: { result: unknown } | { error: WireError }, method: string): void;
  notify(method: string, params: unknown, urgent: boolean): RpcError | undefined;
  /** Whether what came together is being told, and its end will be. */
  readonly isInBatch: () => boolean;
  readonly sendItem: SendItemOf;
  report(report: PeerReport): void;
}

/** The calls one end is handling. */
export type IncomingCalls = ReturnType<typeof createIncomingCalls>;

/** The calls one end is handling: each request is answered exactly once, unless the peer closes first. */
export function createIncomingCalls(serving: Serving, context: IncomingCallsContext) {
  const { limits, stats } = context;
  /**
   * By id; notifications stand under themselves. A call whose handler answers at once never enters: a map that fills and
   * empties all the time costs more than the handler.
   */
  const running = new Map<Id | IncomingCall, IncomingCall>();
  /** Of their params, and of input that nobody has read yet. */
  const kept = createKeptBytes(limits.incomingBytes);
  const times = context.meter && createServedTimes(context.meter, context.clock, context.isInBatch);
  const intake: Intake = {
    methods: createMethodTable(serving.methods, "incoming"),
    running,
    maxRunning: limits.incomingCalls,
    kept,
    isShut: false,
  };
  let closed: { readonly reason: unknown } | undefined;
  let waiting: (() => void)[] = [];

  const sendProgress = (call: IncomingCall, value: unknown): void => {
    if (call.id === undefined || call.isOver) return;
    const refused = context.notify("$/progress", { id: call.id, value }, false);
    if (refused === undefined) return;
    stats.droppedNotifications++;
    if (refused.code !== ErrorCode.OVERLOADED) {
      context.report({ kind: "notification-unsent", method: `$/progress of ${call.method}`, error: refused });
    }
  };

  const finish = (call: IncomingCall, code: number | undefined, error: unknown): void => {
    if (call.isOver) return;
    call.isOver = true;
    if (running.size > 0 && running.delete(call.id ?? call)) kept.add(-call.bytes);
    times?.over(call.method, call.receivedAt, code);
    call.onFinished?.(error);
    call.source?.close(inputOver(call.method));
    if (waiting.length > 0) for (const look of waiting) look();
  };

  const track = (call: IncomingCall): void => {
    times?.settle();
    running.set(call.id ?? call, call);
    kept.add(call.bytes);
    // Its own handler closed the channel.
    if (closed !== undefined) call.abort(closed.reason);
  };

  const answer = (
    call: IncomingCall,
    id: Id,
    outcome: { result: unknown } | { error: WireError },
    thrown?: unknown,
  ): void => {
    if (call.isOver) return;
    // Answer first: a drain ends when the last handler does, and its answer must be queued by then.
    if (closed === undefined) context.respond(id, outcome, call.method);
    finish(call, "error" in outcome ? outcome.error.code : undefined, thrown);
  };

  const succeed = (call: IncomingCall, result: unknown): void => {
    if (call.id === undefined) finish(call, undefined, undefined);
    else if (call.definition.kind !== "stream") answer(call, call.id, { result });
    else {
      // One whose handler was awaited is tracked already.
      if (!running.has(call.id)) track(call);
      produce(call, call.id, call.producer as ItemProducer, result);
    }
  };

  const produce = (call: IncomingCall, id: Id, producer: ItemProducer, source: unknown): void => {
    producer
      .run(source, (item) => context.sendItem("$/stream/item", id, item))
      .then(
        () => {
          if (call.aborted) fail(call, call.abortError);
          else answer(call, id, { result: null });
        },
        (error) => fail(call, error),
      );
  };

  const fail = (call: IncomingCall, error: unknown): void => {
    if (call.id === undefined) {
      context.report({ kind: "notification-failed", method: call.method, error });
      finish(call, toWireError(error, serving.handlerErrorCode).code, error);
      return;
    }
    const shown = call.aborted && !isRpcError(error) ? call.abortError : error;
    const wire = toWireError(shown, serving.handlerErrorCode);
    if (wire.code === serving.handlerErrorCode && !isRpcError(shown)) {
      context.report({ kind: "call-failed", method: call.method, error });
    }
    answer(call, call.id, { error: wire }, shown ?? wire);
  };

  const run = (call: IncomingCall): void => {
    let outcome: unknown;
    try {
      outcome = serving.handle(call);
      if (isThenable(outcome)) {
        track(call);
        // `resolve` tames thenables that throw or settle twice; a promise it returns as it is.
        Promise.resolve(outcome).then(
          (result) => succeed(call, result),
          (error) => fail(call, error),
        );
        return;
      }
    } catch (error) {
      fail(call, error);
      return;
    }
    succeed(call, outcome);
  };

  /** Everything that can refuse a call before its handler sees it; throws the answer. */
  const admit = (message: RequestMessage | NotificationMessage, id: Id | undefined, bytes: number): IncomingCall => {
    const { method, meta } = message;
    const definition = admittedMethod(intake, message, bytes);
    serving.authorize?.(method, definition, meta);
    const params = validate(definition.params, message.params, "params");
    const arrival = arrivalOf(definition, meta, bytes, context);
    const call = new ReceivedCall(message, definition, params, arrival, sendProgress);
    if (definition.kind === "stream") call.producer = producerFor(meta, limits);
    const input = inputOf(definition);
    if (input !== undefined && id !== undefined) call.source = takeInput(method, id, input);
    return call;
  };

  const takeInput = (method: string, id: Id, schema: Schema): CallInput =>
    createCallInput(
      method,
      schema,
      { items: limits.streamItems, bytes: limits.streamBytes },
      {
        grant: (items, bytes) => void context.notify("$/input/credit", { id, items, bytes }, true),
        cancel: () => void context.notify("$/input/cancel", { id }, true),
      },
      () => context.clock.now(),
      kept.open(),
    );

  return {
    size: (): number => running.size,

    isRunning: (id: Id): boolean => running.has(id),

    /** What comes next is no call, or one of `method`. */
    settleTimes: (method?: string): void => times?.settle(method),

    onRequest(message: RequestMessage, bytes: number): void {
      const { id, method } = message;
      if (running.size > 0 && running.has(id)) {
        times?.settle();
        stats.duplicateRequests++;
        context.report({ kind: "duplicate-request", id, method: excerpt(method) });
        return;
      }
      let call: IncomingCall;
      try {
        call = admit(message, id, bytes);
      } catch (error) {
        if (isRpcError(error) && error.code === ErrorCode.OVERLOADED) stats.refusedRequests++;
        const wire = toWireError(error, ErrorCode.INTERNAL_ERROR);
        times?.refused(method, wire.code);
        context.respond(id, { error: wire }, method);
        return;
      }
      run(call);
    },

    onNotification(message: NotificationMessage, bytes: number): void {
      let call: IncomingCall;
      try {
        call = admit(message, undefined, bytes);
      } catch (error) {
        stats.refusedNotifications++;
        const shown = isRpcError(error) ? error : new RpcError(ErrorCode.INTERNAL_ERROR, "refused", { cause: error });
        times?.refused(message.method, shown.code);
        context.report({ kind: "notification-refused", method: excerpt(message.method), error: shown });
        return;
      }
      run(call);
    },

    onCancel(id: Id): void {
      const call = running.get(id);
      call?.abort(cancelled(call));
    },

    onCredit(id: Id, items: unknown, bytes: unknown): void {
      const producer = running.get(id)?.producer;
      if (producer === undefined) stats.strayItems++;
      else producer.grant(items, bytes);
    },

    onInputItem(id: Id, item: unknown, bytes: number): void {
      if (running.get(id)?.source?.push(item, bytes) !== true) stats.strayItems++;
    },

    onUnreadInput(id: Id, error: RpcError): void {
      const call = running.get(id);
      if (call?.source === undefined) stats.strayItems++;
      else call.source.fail(invalidInput(call.method, error));
    },

    onInputEnd(id: Id, error: unknown): void {
      const call = running.get(id);
      const failure = error === undefined || call === undefined ? undefined : fromWireError(error, call.method);
      const shown = failure === undefined || call === undefined ? undefined : inputFailed(call.method, failure);
      if (call?.source?.end(shown) !== true) stats.strayItems++;
    },

    /** Refuses what arrives from now on; resolves when the running handlers, but for `except`, have finished. */
    drain(except: IncomingCall | undefined): Promise<void> {
      intake.isShut = true;
      const key = except === undefined ? undefined : (except.id ?? except);
      const isIdle = (): boolean =>
        closed !== undefined || running.size === (key !== undefined && running.get(key) === except ? 1 : 0);
      if (isIdle()) return Promise.resolve();
      return new Promise((resolve) => {
        const look = (): void => {
          if (!isIdle()) return;
          waiting = waiting.filter((one) => one !== look);
          resolve();
        };
        waiting.push(look);
      });
    },

    /** Aborts the running handlers but for `except`; they still answer. */
    abortRunning(reason: unknown, except: IncomingCall | undefined): void {
      for (const call of running.values()) if (call !== except) call.abort(reason);
    },

    /** Aborts every handler; their answers go nowhere. */
    abortAll(reason: unknown): void {
      intake.isShut = true;
      closed ??= { reason };
      for (const call of running.values()) call.source?.close(inputGone(call.method, reason));
      for (const call of running.values()) call.abort(reason);
      for (const look of waiting) look();
    },
  };
}

function cancelled(call: IncomingCall): RpcError {
  return new RpcError(ErrorCode.CANCELLED, `${call.method}: cancelled`);
}
