import { checkDelay } from "../delay.js";
import { ErrorCode, RpcError } from "../errors.js";

/**
 * What only the calling host checks of a call: its method is a name, and `null` is neither options nor a timeout.
 * @throws RpcError INVALID_PARAMS
 */
export function checkCall<T extends { readonly timeoutMs?: number | undefined }>(
  method: unknown,
  options: T | undefined,
): T | undefined {
  if (typeof method !== "string") {
    throw invalid(`method: expected the name of a method of the contract, got ${kindOf(method)}`);
  }
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) {
    throw invalid(`${method}: options: expected an object with options, got ${kindOf(options)}`);
  }
  if (options.timeoutMs === null) {
    try {
      checkDelay(options.timeoutMs, `${method}.timeoutMs`);
    } catch (error) {
      throw invalid((error as Error).message);
    }
  }
  const { onProgress, resend } = options as { readonly onProgress?: unknown; readonly resend?: unknown };
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalid(`${method}.onProgress: expected a function, got ${kindOf(onProgress)}`);
  }
  if (resend !== undefined && typeof resend !== "boolean") {
    throw invalid(`${method}.resend: expected true or false, got ${kindOf(resend)}`);
  }
  return options;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function invalid(message: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, message);
}
