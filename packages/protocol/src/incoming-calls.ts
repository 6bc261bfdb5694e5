import { methodNotFound, overloaded } from "./call-errors.js";
import type { Clock } from "./clock.js";
import { isReservedMethod, type Method, type MethodMap } from "./contract.js";
import { ErrorCode, isRpcError, RpcError, toWireError, type WireError } from "./errors.js";
import { isThenable } from "./guarded-callback.js";
import { IncomingCall } from "./incoming-call.js";
import type { Id, MessageMeta, NotificationMessage, RequestMessage } from "./messages.js";
import type { PeerLimits } from "./peer-limits.js";
import { excerpt, type PeerReport, type PeerStats } from "./peer-report.js";
import { createStreamCredit, produceItems } from "./stream-producer.js";
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
export interface IncomingCallsContext {
  readonly clock: Clock;
  readonly limits: PeerLimits;
  readonly stats: PeerStats;
  /** `method` names the call where its answer cannot be sent. */
  respond(id: Id, outcome: { result: unknown } | { error: WireError }, method: string): void;
  notify(method: string, params: unknown): RpcError | undefined;
  /** Sends one stream item; returns its size in bytes, or waits until it can. Rejects when it cannot be sent at all. */
  sendItem(id: Id, item: unknown): number | Promise<number>;
  report(report: PeerReport): void;
}

/** The calls one end is handling: each request is answered exactly once, unless the peer closes first. */
export function createIncomingCalls(serving: Serving, context: IncomingCallsContext) {
  const { limits, stats } = context;
  const methods = new Map(Object.entries(serving.methods));
  /** By id; notifications stand under themselves. */
  const running = new Map<Id | IncomingCall, IncomingCall>();
  let intakeClosed = false;
  let closed = false;
  let waiting: (() => void)[] = [];

  const sendProgress = (call: IncomingCall, value: unknown): void => {
    if (call.id === undefined || running.get(call.id) !== call) return;
    const refused = context.notify("$/progress", { id: call.id, value });
    if (refused === undefined) return;
    stats.droppedNotifications++;
    if (refused.code !== ErrorCode.OVERLOADED) {
      context.report({ kind: "notification-unsent", method: `$/progress of ${call.method}`, error: refused });
    }
  };

  const finish = (call: IncomingCall): void => {
    if (running.delete(call.id ?? call)) for (const look of waiting) look();
  };

  const answer = (call: IncomingCall, id: Id, outcome: { result: unknown } | { error: WireError }): void => {
    if (running.get(id) !== call) return;
    // Answer first: a drain ends when the last handler does, and its answer must be queued by then.
    if (!closed) context.respond(id, outcome, call.method);
    finish(call);
  };

  const succeed = (call: IncomingCall, result: unknown): void => {
    if (call.id === undefined) finish(call);
    else if (call.definition.kind !== "stream") answer(call, call.id, { result });
    else {
      const { id } = call;
      produceItems(
        result,
        call.credit ?? firstCredit(call.meta, limits),
        () => call.aborted,
        (item) => context.sendItem(id, item),
      ).then(
        () => {
          if (call.aborted) fail(call, cancelled(call));
          else answer(call, id, { result: null });
        },
        (error) => fail(call, error),
      );
    }
  };

  const fail = (call: IncomingCall, error: unknown): void => {
    if (call.id === undefined) {
      context.report({ kind: "notification-failed", method: call.method, error });
      finish(call);
      return;
    }
    const shown = call.aborted && !isRpcError(error) ? cancelled(call) : error;
    const wire = toWireError(shown, serving.handlerErrorCode);
    if (wire.code === serving.handlerErrorCode && !isRpcError(shown)) {
      context.report({ kind: "call-failed", method: call.method, error });
    }
    answer(call, call.id, { error: wire });
  };

  const run = (call: IncomingCall): void => {
    let outcome: unknown;
    try {
      outcome = serving.handle(call);
      if (isThenable(outcome)) {
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
  const admit = (message: RequestMessage | NotificationMessage, id: Id | undefined): IncomingCall => {
    const { method, meta } = message;
    if (intakeClosed && !method.startsWith("$/")) {
      throw new RpcError(ErrorCode.SHUTTING_DOWN, `${method}: this end is shutting down; call again after its restart`);
    }
    const definition = methods.get(method);
    if (definition === undefined) throw methodNotFound(method, methods.keys());
    if ((definition.kind === "notification") !== (id === undefined)) {
      throw new RpcError(
        ErrorCode.INVALID_REQUEST,
        `${method} is a ${definition.kind}: send it ${id === undefined ? "with" : "without"} an id`,
      );
    }
    // The runtime's own few methods get through: a full worker can still be asked to stop.
    if (running.size >= limits.incomingCalls && !isReservedMethod(method)) {
      throw overloaded(method, `${limits.incomingCalls} calls are being handled`);
    }
    serving.authorize?.(method, definition, meta);
    const params = validate(definition.params, message.params, "params");
    const deadlineMs = meta?.deadlineMs;
    const deadline = typeof deadlineMs === "number" && deadlineMs >= 0 ? context.clock.now() + deadlineMs : undefined;
    const call = new IncomingCall({ id, method, definition, params, meta, deadline }, sendProgress);
    if (definition.kind === "stream") call.credit = firstCredit(meta, limits);
    return call;
  };

  return {
    get size() {
      return running.size;
    },

    onRequest(message: RequestMessage): void {
      const { id, method } = message;
      if (running.has(id)) {
        stats.duplicateRequests++;
        context.report({ kind: "duplicate-request", id, method: excerpt(method) });
        return;
      }
      let call: IncomingCall;
      try {
        call = admit(message, id);
      } catch (error) {
        if (isRpcError(error) && error.code === ErrorCode.OVERLOADED) stats.refusedRequests++;
        context.respond(id, { error: toWireError(error, ErrorCode.INTERNAL_ERROR) }, method);
        return;
      }
      running.set(id, call);
      run(call);
    },

    onNotification(message: NotificationMessage): void {
      let call: IncomingCall;
      try {
        call = admit(message, undefined);
      } catch (error) {
        stats.refusedNotifications++;
        const shown = isRpcError(error) ? error : new RpcError(ErrorCode.INTERNAL_ERROR, "refused", { cause: error });
        context.report({ kind: "notification-refused", method: excerpt(message.method), error: shown });
        return;
      }
      running.set(call, call);
      run(call);
    },

    onCancel(id: Id): void {
      const call = running.get(id);
      call?.abort(cancelled(call));
    },

    onCredit(id: Id, items: unknown, bytes: unknown): void {
      const credit = running.get(id)?.credit;
      if (credit === undefined || !isCount(items) || !isCount(bytes)) return;
      credit.items += items;
      credit.bytes += bytes;
      credit.wake();
    },

    /** Refuses what arrives from now on; resolves when the running handlers, but for `except`, have finished. */
    drain(except: IncomingCall | undefined): Promise<void> {
      intakeClosed = true;
      const key = except === undefined ? undefined : (except.id ?? except);
      const isIdle = (): boolean =>
        closed || running.size === (key !== undefined && running.get(key) === except ? 1 : 0);
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
      intakeClosed = true;
      closed = true;
      for (const call of running.values()) call.abort(reason);
      for (const look of waiting) look();
    },
  };
}

function firstCredit(meta: MessageMeta | undefined, limits: PeerLimits) {
  const { items, bytes } = meta?.credit ?? {};
  return createStreamCredit(isCount(items) ? items : limits.streamItems, isCount(bytes) ? bytes : limits.streamBytes);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function cancelled(call: IncomingCall): RpcError {
  return new RpcError(ErrorCode.CANCELLED, `${call.method}: cancelled`);
}
