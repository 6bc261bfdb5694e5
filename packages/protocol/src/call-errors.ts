import { listed } from "./authority/nearest-name.js";
import { ErrorCode, isRpcError, RpcError } from "./errors.js";

/**
 * The error of a call whose signal aborted: `CANCELLED`, `TIMEOUT` for `AbortSignal.timeout`, or the reason itself when it is
 * an error of a call.
 */
export function cancelError(method: string, reason: unknown): RpcError {
  if (isRpcError(reason)) return reason;
  if (isTimeoutError(reason)) {
    return new RpcError(ErrorCode.TIMEOUT, `${method}: the caller's signal timed out`, { cause: reason });
  }
  return new RpcError(ErrorCode.CANCELLED, `${method}: cancelled by the caller`, { cause: reason });
}

/** Any value may be given to `abort`, also one that throws when it is looked at. */
function isTimeoutError(reason: unknown): boolean {
  try {
    return reason instanceof Error && reason.name === "TimeoutError";
  } catch {
    return false;
  }
}

/** @param withinMs what was left to the call it is made for; `undefined` when it is made for none */
export function timeoutError(method: string, asked: number | undefined, withinMs: number | undefined): RpcError {
  const timeoutMs = asked === undefined ? undefined : Math.round(asked);
  const advice =
    asked !== undefined && asked === withinMs
      ? "the call it belongs to has no more time: give that one a larger timeoutMs"
      : "pass a larger timeoutMs";
  return new RpcError(
    ErrorCode.TIMEOUT,
    `${method}: no answer within ${timeoutMs} ms; ${advice}, or make the handler faster`,
    { data: { timeoutMs } },
  );
}

/** A call made for one whose time is over: it is not sent. */
export function noTimeLeft(method: string): RpcError {
  return new RpcError(ErrorCode.TIMEOUT, `${method}: the call it is made for has no time left`, {
    data: { mayHaveRun: false },
  });
}

export function idleError(method: string, idleTimeoutMs: number): RpcError {
  return new RpcError(
    ErrorCode.TIMEOUT,
    `${method}: nothing was heard of it for ${idleTimeoutMs} ms; have the handler tell its progress more often, or pass a larger idleTimeoutMs`,
    { data: { idleTimeoutMs } },
  );
}

export function invalidResult(method: string, error: unknown): RpcError {
  if (!isRpcError(error)) {
    return new RpcError(ErrorCode.INVALID_RESULT, `${method}: the schema threw`, { cause: error });
  }
  return new RpcError(error.code, `${method}: ${error.message}; fix the handler, or the contract`, {
    data: error.data,
  });
}

/** An item of a caller's input that does not fit. */
export function invalidInput(method: string, error: unknown): RpcError {
  if (!isRpcError(error)) {
    return new RpcError(ErrorCode.INVALID_PARAMS, `${method}: the input's schema threw`, { cause: error });
  }
  return new RpcError(error.code, `${method}: ${error.message}`, { data: error.data });
}

/** What a handler reads when its caller's input threw. Code and data are the caller's own, if it has any. */
export function inputFailed(method: string, error: RpcError): RpcError {
  const message = `${method}: the caller's input failed: ${error.message}`;
  return new RpcError(error.code, message, { data: error.data, remote: true });
}

const NEEDS = {
  input: "takes input, which the other end cannot read",
  stream: "is a stream, which the other end cannot send",
};

/** A call that needs what was not agreed on: it is not sent. */
export function featureMissing(method: string, feature: keyof typeof NEEDS): RpcError {
  const message = `${method} ${NEEDS[feature]}: it does not have the feature "${feature}"; upgrade its SDK`;
  return new RpcError(ErrorCode.METHOD_NOT_IMPLEMENTED, message, { data: { mayHaveRun: false } });
}

/** What a handler reads when its caller is gone; `over` says why. */
export function inputGone(method: string, over: unknown): unknown {
  if (!isRpcError(over)) return over;
  const { mayHaveRun: _, ...data } = (over.data ?? {}) as Record<string, unknown>;
  const message = `the input of ${method} ended with its caller: ${over.message.replace(/^the channel: /, "")}`;
  return new RpcError(over.code, message, { data, cause: over.cause });
}

/** For who goes on reading behind the answer. */
export function inputOver(method: string): RpcError {
  return new RpcError(ErrorCode.CANCELLED, `${method}: the call was answered, which ended its input`);
}

export function overloaded(method: string, why: string): RpcError {
  return new RpcError(
    ErrorCode.OVERLOADED,
    `${method}: ${why}; wait for answers, and read or leave open streams, before calling again`,
  );
}

export function methodNotFound(method: string, known: Iterable<string>): RpcError {
  const names = [...known].filter((name) => !name.startsWith("$/"));
  return new RpcError(
    ErrorCode.METHOD_NOT_FOUND,
    `there is no method ${JSON.stringify(method.slice(0, 100))}; the contract has ${listed(names)}`,
  );
}

export function channelOver(method: string, mayHaveRun: boolean, cause: Error | undefined): RpcError {
  const why = cause === undefined ? "the other end is gone" : `the channel ended: ${cause.message}`;
  return new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: ${why}`, { data: { mayHaveRun }, cause });
}

/** The text of anything thrown, even of what throws when it is looked at. */
export function reasonOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "a value that cannot be read was thrown";
  }
}
