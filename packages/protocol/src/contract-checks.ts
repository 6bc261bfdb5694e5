import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkDelay } from "./delay.js";
import { checkSecretMarks, type SecretMarks } from "./secret-marks.js";

/** The schemas a method has. */
const SCHEMAS = {
  request: { needed: ["params", "result"], optional: ["progress", "input"] },
  notification: { needed: ["params"], optional: [] },
  stream: { needed: ["params", "item"], optional: ["input"] },
} as const;

/** What is checked of a method, whichever kind it is. */
interface CheckedMethod {
  readonly kind: keyof typeof SCHEMAS;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly item?: unknown;
  readonly progress?: unknown;
  readonly input?: unknown;
  readonly capability?: string | undefined;
  readonly scoped?: boolean | undefined;
  readonly secret?: true | SecretMarks | undefined;
  readonly timeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
}

/** @throws TypeError, RangeError naming what of a method is of no use. */
export function checkMethod(where: string, method: CheckedMethod, isForWorker: boolean): void {
  checkKind(where, method);
  if (isForWorker && (method.capability !== undefined || method.scoped === true)) {
    throw new TypeError(`${where}: capability and scoped guard what workers call; leave them out under hostToWorker`);
  }
  checkSecretMarks(where, method.secret);
  const { needed, optional } = SCHEMAS[method.kind];
  for (const part of needed) checkSchema(`${where}: ${part}`, method[part]);
  for (const part of optional) {
    if (method[part] !== undefined) checkSchema(`${where}: ${part}`, method[part]);
  }
  for (const name of ["timeoutMs", "idleTimeoutMs"] as const) {
    const delay = method.kind === "notification" ? undefined : method[name];
    if (delay !== undefined) checkDelay(delay, `${where}: ${name}`);
  }
}

function checkKind(where: string, method: { readonly kind?: unknown } | null | undefined): void {
  if (typeof method?.kind === "string" && Object.hasOwn(SCHEMAS, method.kind)) return;
  const kind = typeof method?.kind === "string" ? JSON.stringify(method.kind) : typeof method?.kind;
  const got = gotInstead(method, `of kind ${kind}`);
  throw new TypeError(`${where}: expected what request, notification or stream returns, got ${got}`);
}

/** Plain JavaScript, and a cast, let pass what early versions of zod 3 made. @throws TypeError */
export function checkSchema(where: string, schema: unknown): void {
  if (isSchema(schema)) return;
  const got = gotInstead(schema, 'without "~standard"');
  throw new TypeError(`${where}: expected a Standard Schema (of zod 4, valibot, arktype, …), got ${got}`);
}

const gotInstead = (value: unknown, flaw: string): string =>
  Object(value) === value ? `${typeof value} ${flaw}` : String(value);

export function isSchema(value: unknown): value is StandardSchemaV1 {
  const { "~standard": standard } = (value ?? {}) as { readonly "~standard"?: { readonly validate?: unknown } };
  return typeof standard?.validate === "function";
}
