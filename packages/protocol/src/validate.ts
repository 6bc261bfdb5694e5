import type { Schema } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";

/** One thing wrong with a value, and where. */
export interface Issue {
  /** Readable path from the root, e.g. `params.items[2].name`. */
  readonly path: string;
  readonly message: string;
}

const MAX_ISSUES = 20;
const MAX_MESSAGE = 500;
const MAX_SEGMENTS = 32;

/**
 * Runs a Standard Schema and returns its output.
 *
 * @param what the root of the path in messages: `params`, `result`, `item`, …
 * @throws RpcError with `code`, a readable line and `data.issues` (at most 20) when the value does not fit;
 * INTERNAL_ERROR when the schema validates asynchronously, which would break the order of arrival.
 */
export function validate<T>(
  schema: Schema<unknown, T>,
  value: unknown,
  what: string,
  code: number = ErrorCode.INVALID_PARAMS,
): T {
  const outcome = schema["~standard"].validate(value);
  if ("then" in outcome) {
    outcome.then(undefined, () => {});
    throw new RpcError(
      ErrorCode.INTERNAL_ERROR,
      `${what}: the contract's schema validates asynchronously; use a synchronous schema, and check in the handler`,
    );
  }
  if (outcome.issues === undefined) return outcome.value;
  const issues = outcome.issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: readablePath(what, issue.path ?? []),
    message: readableMessage(issue.message),
  }));
  throw new RpcError(code, summarize(issues, outcome.issues.length), { data: { issues } });
}

function readableMessage(message: string): string {
  const short = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
  return short.replace(/^Invalid input: /, "").replace("expected nonoptional, received undefined", "missing");
}

function summarize(issues: readonly Issue[], total: number): string {
  const shown = issues.slice(0, 3).map((issue) => `${issue.path}: ${issue.message}`);
  const more = total > shown.length ? `; and ${total - shown.length} more` : "";
  return shown.join("; ") + more;
}

type Segment = PropertyKey | { readonly key: PropertyKey };

function readablePath(root: string, segments: readonly Segment[]): string {
  let path = root;
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    const key = typeof segment === "object" ? segment.key : segment;
    if (typeof key === "number") path += `[${key}]`;
    else if (typeof key === "string" && /^[A-Za-z_$][\w$]{0,99}$/.test(key)) path += `.${key}`;
    else path += `[${JSON.stringify(String(key).slice(0, 100))}]`;
  }
  return path;
}
