import type { TenantScope } from "./contract.js";
import { ownMember } from "./own-member.js";

const CARRIERS = ["run", "actor", "event", "context"] as const;

/** By `in` first: V8 knows the answer from the shape of the object, and most params have none. */
const mayCarry = (params: object): boolean =>
  "tenant" in params || "run" in params || "actor" in params || "event" in params || "context" in params;

/**
 * The default scope of a call: `{ tenant }` of `params.tenant`, or of `tenant` inside `run`, `actor`, `event` or
 * `context`. `undefined` when there is none, and when they name different tenants: then the caller has to say which.
 * Own properties only.
 */
export function scopeOfParams(params: unknown): TenantScope | undefined {
  if (typeof params !== "object" || params === null || !mayCarry(params)) return undefined;
  let tenant = tenantOf(params);
  for (const carrier of CARRIERS) {
    const other = tenantOf(ownMember(params, carrier));
    if (other === undefined) continue;
    if (tenant !== undefined && tenant !== other) return undefined;
    tenant = other;
  }
  return tenant === undefined ? undefined : { tenant };
}

function tenantOf(value: unknown): string | undefined {
  const tenant = ownMember(value, "tenant");
  return typeof tenant === "string" && tenant !== "" ? tenant : undefined;
}
