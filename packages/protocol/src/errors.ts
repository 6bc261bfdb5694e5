import { issueText } from "./issue-text.js";

/**
 * Stable error codes: the five of JSON-RPC 2.0 and the runtime's own.
 * What each means and what to do about it: docs/errors.md in the repository.
 */
export const ErrorCode = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
  WORKER_UNAVAILABLE: -32000,
  CAPABILITY_DENIED: -32001,
  WORKER_ERROR: -32002,
  TIMEOUT: -32003,
  METHOD_NOT_IMPLEMENTED: -32004,
  INVOCATION_SCOPE_DENIED: -32005,
  OVERLOADED: -32010,
  CANCELLED: -32011,
  NOT_INITIALIZED: -32012,
  MESSAGE_TOO_LARGE: -32013,
  INVALID_RESULT: -32014,
  SHUTTING_DOWN: -32015,
  INPUT_FAILED: -32016,
  UNKNOWN: -32099,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ErrorCode).map(([name, code]) => [code, name]));

/** The name of a runtime code (`"TIMEOUT"`), or `undefined` for an application's own. */
export function errorCodeName(code: number): string | undefined {
  return NAMES.get(code);
}

const BRAND = Symbol.for("outrigger.RpcError");

/** The `error` member of a JSON-RPC response. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * The error of a call. `code` is one of {@link ErrorCode} or an application's own number; `data` travels with it.
 * Branded, so that {@link isRpcError} holds across bundled copies of this package, where `instanceof` does not.
 */
export class RpcError extends Error {
  /** One of {@link ErrorCode}, or an application's own number. */
  readonly code: number;
  /** What a program may want to know; by code in docs/errors.md in the repository. */
  readonly data: unknown;
  /**
   * `true` when the other end answered with this error, `false` when this end made it. Code and `data` of a remote error
   * are whatever the other end chose: only a local `data.mayHaveRun` is the runtime's own word.
   */
  readonly remote: boolean;

  constructor(code: number, message: string, options: { data?: unknown; cause?: unknown; remote?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RpcError";
    this.code = code;
    this.data = options.data;
    this.remote = options.remote ?? false;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The code's name, e.g. `"TIMEOUT"`; `undefined` for an application's own code. */
  get codeName(): string | undefined {
    return errorCodeName(this.code);
  }
}

/** Whether a caught value is an {@link RpcError}, of this copy of the package or another. */
export function isRpcError(value: unknown): value is RpcError {
  try {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  } catch {
    // A revoked proxy, or a getter that throws.
    return false;
  }
}

/**
 * Turns whatever a handler threw into the error to send. An error with an integer `code` keeps it, with its `data`;
 * everything else becomes `fallbackCode`. Never throws, whatever the value does when looked at.
 */
export function toWireError(thrown: unknown, fallbackCode: number): WireError {
  try {
    if (typeof thrown === "object" && thrown !== null) {
      const { code, message, data } = thrown as { code?: unknown; message?: unknown; data?: unknown };
      // The numbers of DOMExceptions, such as an abort reason, are a relic of the DOM and no codes of a call.
      const hasCode = Number.isSafeInteger(code) && !(thrown instanceof DOMException);
      const wire = {
        code: hasCode ? (code as number) : fallbackCode,
        message: issueText(thrown) ?? (typeof message === "string" && message !== "" ? message : describe(thrown)),
      };
      return data === undefined || !hasCode ? wire : { ...wire, data };
    }
    return { code: fallbackCode, message: describe(thrown) };
  } catch {
    return { code: fallbackCode, message: "the handler threw a value that cannot be read" };
  }
}

/** Turns a received `error` member into an {@link RpcError}; tolerates every shape. */
export function fromWireError(error: unknown, method: string, cause?: unknown): RpcError {
  if (typeof error === "object" && error !== null) {
    const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
    return new RpcError(
      typeof code === "number" && Number.isFinite(code) ? code : ErrorCode.UNKNOWN,
      typeof message === "string" && message !== "" ? message : `${method} failed without a message`,
      { data, cause, remote: true },
    );
  }
  return new RpcError(ErrorCode.UNKNOWN, `${method} failed: ${describe(error)}`, { cause, remote: true });
}

function describe(value: unknown): string {
  if (value instanceof Error) return String(value.name);
  if (typeof value === "string" && value !== "") return value;
  const text = typeof value === "function" ? "a function" : (JSON.stringify(value) ?? String(value));
  return `threw ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}
