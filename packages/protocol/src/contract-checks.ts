import { checkDelay } from "./delay.js";
import { checkSecretMarks, type SecretMarks } from "./secret-marks.js";

/** The schemas a method has, and whether it must. */
const SCHEMAS = {
  request: { params: true, result: true, progress: false, input: false },
  notification: { params: true },
  stream: { params: true, item: true, input: false },
} as const;

/** What is checked of a method, whichever kind it is. */
interface CheckedMethod {
  readonly kind: keyof typeof SCHEMAS;
  readonly capability?: string | undefined;
  readonly scoped?: boolean | undefined;
  readonly secret?: true | SecretMarks | undefined;
  readonly timeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
}

/** @throws TypeError, RangeError naming what of a method is of no use. */
export function checkMethod(where: string, method: CheckedMethod, isForWorker: boolean): void {
  if (isForWorker && (method.capability !== undefined || method.scoped === true)) {
    throw new TypeError(`${where}: capability and scoped guard what workers call; leave them out under hostToWorker`);
  }
  checkSecretMarks(where, method.secret);
  for (const [part, isNeeded] of Object.entries(SCHEMAS[method.kind])) {
    const schema: unknown = method[part as keyof CheckedMethod];
    if (schema !== undefined || isNeeded) checkSchema(`${where}: ${part}`, schema);
  }
  for (const name of ["timeoutMs", "idleTimeoutMs"] as const) {
    const delay = method.kind === "notification" ? undefined : method[name];
    if (delay !== undefined) checkDelay(delay, `${where}: ${name}`);
  }
}

/** Plain JavaScript, and a cast, let pass what early versions of zod 3 made. @throws TypeError */
export function checkSchema(where: string, schema: unknown): void {
  const { "~standard": standard } = (schema ?? {}) as { readonly "~standard"?: { readonly validate?: unknown } };
  if (typeof standard?.validate === "function") return;
  const got = Object(schema) === schema ? `${typeof schema} without "~standard"` : String(schema);
  throw new TypeError(`${where}: expected a Standard Schema (of zod 4, valibot, arktype, …), got ${got}`);
}
