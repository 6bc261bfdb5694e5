import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { json, name, nothing, record, sentence, upTo } from "./bounded-values.js";

const configIssue = z.object({
  /** Where in the config, e.g. `servers[0].url`. */
  path: z.optional(upTo(4096)),
  message: sentence,
});

const configVerdict = z.object({
  ok: z.boolean(),
  errors: z._default(z.array(configIssue).check(z.maxLength(256)), []),
  warnings: z._default(z.array(configIssue).check(z.maxLength(256)), []),
});
/** Whether a plugin likes a config, and what it says about it: the answer to `validateConfig`. */
export type ConfigVerdict = z.input<typeof configVerdict>;

export const configToWorker = {
  /** Checks a config before an operator saves it; must not apply it. */
  validateConfig: request({
    params: z.object({ config: record }),
    result: configVerdict,
    secret: { params: true },
    idempotent: true,
    optional: true,
  }),
  /** Applies a new config without a restart. A worker that does not implement it is restarted with the new config. */
  configChanged: request({
    params: z.object({ config: record, previous: z.optional(record) }),
    result: nothing,
    secret: { params: true },
    idempotent: true,
    optional: true,
  }),
} as const;

export const configToHost = {
  /** The plugin's config, or one member of it; `null` when there is none. */
  "config.get": request({
    params: z.object({ key: z.optional(name) }),
    result: json,
    capability: "config.read",
    secret: { result: true },
  }),
} as const;
