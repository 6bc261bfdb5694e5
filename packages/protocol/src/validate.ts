import type { Schema } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import { readableIssues, summarize } from "./issue-text.js";

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
      `${what}: the contract's schema is asynchronous, or threw; use a synchronous schema, and check the rest in the handler`,
    );
  }
  if (outcome.issues === undefined) return outcome.value;
  const issues = readableIssues(outcome.issues, what);
  throw new RpcError(code, summarize(issues, outcome.issues.length), { data: { issues } });
}
