import * as z from "zod";
import { name } from "./bounded-values.js";

/** Whose data a call may touch. */
export const tenant = name;

/** Who asks: the default scope of a call is made of its tenant. */
export const actor = z.object({
  tenant,
  /** The person, if there is one. */
  user: name.optional(),
  roles: z.array(name).max(256).optional(),
});
/** Who asks: a tenant, and perhaps a person of it. */
export type Actor = z.output<typeof actor>;

/** How far a call has come. With `total`, `done / total` is the fraction. */
export const progress = z.object({
  done: z.number().min(0).optional(),
  total: z.number().min(0).optional(),
  message: z.string().max(8192).optional(),
});
/** How far a call has come. */
export type Progress = z.output<typeof progress>;
