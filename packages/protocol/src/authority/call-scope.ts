import { reasonOf } from "../call-errors.js";
import type { Schema } from "../contract.js";
import { ErrorCode, isRpcError, RpcError } from "../errors.js";
import { scopeOfParams } from "../scope-of-params.js";
import { validate } from "../validate.js";
import { kindOf } from "../value-kind.js";
import { tenantScope } from "./tenant-scope.js";

/**
 * The scope a call carries: the one given, else what its params name, if that fits; both as the contract's schema puts
 * them out. A contract that names no scope has tenants. What is returned is a frozen copy of what the wire carries: a
 * caller that uses its object again for the next call changes nothing of this one.
 *
 * @throws RpcError INVALID_PARAMS when the scope given is no object, does not fit the contract's schema, or is no JSON
 */
export function scopeOfCall(contractScope: Schema | undefined, given: unknown, params: unknown): unknown {
  const schema = contractScope ?? tenantScope;
  if (given === undefined) {
    const derived = scopeOfParams(params);
    return derived === undefined ? undefined : fitting(schema, derived);
  }
  if (typeof given !== "object" || given === null) {
    const message = `scope: expected an object such as { tenant: "t1" }, got ${kindOf(given)}`;
    throw new RpcError(ErrorCode.INVALID_PARAMS, message);
  }
  return wireCopy(fitted(schema, given));
}

function fitted(schema: Schema, scope: unknown): unknown {
  try {
    return validate(schema, scope, "scope");
  } catch (error) {
    if (isRpcError(error)) throw error;
    throw new RpcError(ErrorCode.INVALID_PARAMS, `scope: the contract's schema threw: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** The scope derived from params; `undefined` when it does not fit: then the caller has to say which. */
function fitting(schema: Schema, derived: unknown): unknown {
  try {
    return wireCopy(validate(schema, derived, "scope"));
  } catch {
    return undefined;
  }
}

/** Copies by their text: frozen, so that all calls of a tenant may share one. Reading one again takes a microsecond. */
const copies = new Map<string, unknown>();
const MAX_COPIES = 256;
const MAX_TEXT = 1024;

const sizes = new WeakMap<object, number>();
/** Of one that was not made here, such as a test host's. */
const UNKNOWN_BYTES = 1024;

/** What a scope counts as where scopes are kept: bytes of its JSON. */
export function scopeBytes(scope: unknown): number {
  if (typeof scope === "object" && scope !== null) return sizes.get(scope) ?? UNKNOWN_BYTES;
  return typeof scope === "string" ? Buffer.byteLength(scope) : 0;
}

function wireCopy(scope: unknown): unknown {
  let json: string | undefined;
  try {
    json = JSON.stringify(scope) as string | undefined;
    if (json !== undefined) return copies.get(json) ?? copyOf(json);
  } catch (error) {
    throw notJson(error instanceof RangeError ? "it nests too deep" : reasonOf(error));
  }
  throw notJson("there is no JSON of it");
}

const notJson = (why: string): RpcError =>
  new RpcError(ErrorCode.INVALID_PARAMS, `scope: expected what JSON can carry: ${why}`);

function copyOf(json: string): unknown {
  const copy: unknown = JSON.parse(json, (_, value: unknown) => Object.freeze(value));
  if (typeof copy === "object" && copy !== null) sizes.set(copy, Buffer.byteLength(json));
  if (json.length <= MAX_TEXT) {
    if (copies.size >= MAX_COPIES) copies.clear();
    copies.set(json, copy);
  }
  return copy;
}
