import type { Schema, TenantScope } from "../contract.js";
import { kindOf } from "../value-kind.js";

/** The scope of contracts that name none: an object whose `tenant` is text. Further members stay. */
export const tenantScope: Schema<TenantScope> = {
  "~standard": {
    version: 1,
    vendor: "outrigger",
    validate(value) {
      const { tenant } = value as { readonly tenant?: unknown };
      if (typeof tenant === "string") return { value: value as TenantScope };
      return { issues: [{ message: `expected text, got ${kindOf(tenant)}`, path: ["tenant"] }] };
    },
  },
};
