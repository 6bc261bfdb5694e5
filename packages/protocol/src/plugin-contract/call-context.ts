import * as z from "@outrigger/protocol/zod-mini";
import { name, upTo } from "./bounded-values.js";

/** Whose data a call may touch. */
export const tenant = name;

/** Who asks: the default scope of a call is made of its tenant. */
export const actor = z.object({
  tenant,
  /** The person, if there is one. */
  user: z.optional(name),
  roles: z.optional(z.array(name).check(z.maxLength(256))),
});
/** Who asks: a tenant, and perhaps a person of it. */
export type Actor = z.output<typeof actor>;

/** How far a call has come. With `total`, `done / total` is the fraction. */
export const progress = z.object({
  done: z.optional(z.number().check(z.minimum(0))),
  total: z.optional(z.number().check(z.minimum(0))),
  message: z.optional(upTo(8192)),
});
/** How far a call has come. */
export type Progress = z.output<typeof progress>;
