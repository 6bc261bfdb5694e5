import { checkKeys } from "../authority/option-names.js";
import { checkDelay } from "../delay.js";
import { ErrorCode, RpcError } from "../errors.js";

type CheckCall = <T extends { readonly timeoutMs?: number | undefined }>(
  method: unknown,
  options: T | undefined,
) => T | undefined;

const OPTIONS = [
  ...["timeoutMs", "idleTimeoutMs", "signal", "onProgress", "window", "input"],
  ...["traceparent", "tracestate"],
];
/** What the runtime adds on a call's way. */
const ADDED = ["withinMs", "meta", "onSent", "onResult", "onSettled"];

/**
 * What only the caller's end checks of a call: its method is a name, `null` is neither options nor a timeout, and there is
 * no option that nobody knows. Throws RpcError INVALID_PARAMS.
 */
function checker(names: readonly string[]): CheckCall {
  const known: ReadonlySet<string> = new Set([...names, ...ADDED]);
  return (method, options) => {
    if (typeof method !== "string") {
      throw invalid(`method: expected the name of a method of the contract, got ${kindOf(method)}`);
    }
    if (options === undefined) return undefined;
    if (typeof options !== "object" || options === null) {
      throw invalid(`${method}: options: expected an object with options, got ${kindOf(options)}`);
    }
    for (const name in options) if (!known.has(name)) checkKeys(method, options, names);
    checkKinds(method, options);
    return options;
  };
}

/** Of a host's calls. */
export const checkHostCall = checker([...OPTIONS, "scope", "resend"]);
/** Of a plugin's: it is lent its scope. */
export const checkPluginCall = checker(OPTIONS);

function checkKinds(
  method: string,
  options: { readonly timeoutMs?: number | undefined; readonly onProgress?: unknown; readonly resend?: unknown },
): void {
  if (options.timeoutMs === null) {
    try {
      checkDelay(options.timeoutMs, `${method}.timeoutMs`);
    } catch (error) {
      throw invalid((error as Error).message);
    }
  }
  const { onProgress, resend } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw invalid(`${method}.onProgress: expected a function, got ${kindOf(onProgress)}`);
  }
  if (resend !== undefined && typeof resend !== "boolean") {
    throw invalid(`${method}.resend: expected true or false, got ${kindOf(resend)}`);
  }
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function invalid(message: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, message);
}
