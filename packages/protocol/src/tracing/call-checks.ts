import { checkKeys, checkObject } from "../authority/option-names.js";
import { checkDelay } from "../delay.js";
import { ErrorCode, RpcError } from "../errors.js";
import { isRecord, kindOf } from "../value-kind.js";

/** The names of the options that the calls of one end have. */
export interface CallOptionNames {
  readonly request: readonly string[];
  readonly stream: readonly string[];
  readonly notification: readonly string[];
}

const TRACE = ["traceparent", "tracestate"];
const CALL = ["timeoutMs", "idleTimeoutMs", "signal", "input", ...TRACE];
/** A plugin is lent its scope. */
export const PLUGIN_CALLS: CallOptionNames = {
  request: [...CALL, "onProgress"],
  stream: [...CALL, "window"],
  notification: TRACE,
};
export const HOST_CALLS: CallOptionNames = {
  request: [...PLUGIN_CALLS.request, "scope", "resend"],
  stream: [...PLUGIN_CALLS.stream, "scope"],
  notification: [...TRACE, "scope"],
};
const HEALTH = ["timeoutMs", "signal"];

/**
 * What only the caller's end checks of a call: its method is a name, `null` is neither options nor a timeout, and there is
 * no option that such calls do not have.
 * @throws RpcError INVALID_PARAMS
 */
export function checkCall(names: readonly string[], method: unknown, options: unknown): void {
  if (typeof method !== "string") {
    throw invalid(`method: expected the name of a method of the contract, got ${kindOf(method)}`);
  }
  if (options === undefined) return;
  const given = isRecord(options) ? checkKeys(method, options, names) : checkObject(`${method}: options`, options);
  // All are read: a getter that throws does so here.
  const { timeoutMs, onProgress, resend } = { ...given };
  if (timeoutMs === null) {
    try {
      checkDelay(timeoutMs as never, `${method}.timeoutMs`);
    } catch (error) {
      throw invalid((error as Error).message);
    }
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalid(`${method}.onProgress: expected a function, got ${kindOf(onProgress)}`);
  }
  if (resend !== undefined && typeof resend !== "boolean") {
    throw invalid(`${method}.resend: expected true or false, got ${kindOf(resend)}`);
  }
}

/** The options of `worker.health`. @throws RpcError INVALID_PARAMS */
export function checkHealthOptions(options: unknown): void {
  checkCall(HEALTH, "health", options);
}

function invalid(message: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, message);
}
