import type { Schema } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import { scopeOfParams } from "../scope-of-params.js";
import { validate } from "../validate.js";

/**
 * The scope a call carries: the one given, checked by the contract's schema, else what its params name, if that fits.
 * @throws RpcError INVALID_PARAMS when the scope given is no object, or does not fit the contract's schema
 */
export function scopeOfCall(schema: Schema | undefined, given: unknown, params: unknown): unknown {
  if (given === undefined) {
    const derived = scopeOfParams(params);
    return derived === undefined || schema === undefined || fits(schema, derived) ? derived : undefined;
  }
  if (typeof given !== "object" || given === null) {
    const got = given === null ? "null" : typeof given;
    throw new RpcError(ErrorCode.INVALID_PARAMS, `scope: expected an object such as { tenant: "t1" }, got ${got}`);
  }
  return schema === undefined ? given : validate(schema, given, "scope");
}

function fits(schema: Schema, scope: unknown): boolean {
  try {
    validate(schema, scope, "scope");
    return true;
  } catch {
    return false;
  }
}
