import * as z from "zod";
import { name, record, sentence } from "./bounded-values.js";

/**
 * What a host knows of a plugin before it starts it. Tools, jobs, event patterns, data and actions do not stand here:
 * the worker reports them in the `initialize` answer, so that nothing is declared twice.
 */
export const manifest = z.object({
  /** Unique among the plugins of a host, e.g. `acme.search`. Letters, digits, `.`, `_`, `-` and one `@scope/`. */
  id: z
    .string()
    .max(256)
    .regex(/^(@[\w.-]+\/)?[A-Za-z0-9][\w.-]*$/, { error: 'expected an id like "acme.search"' }),
  /** For people. */
  name,
  /** The plugin's own version, semver. */
  version: z
    .string()
    .max(256)
    .regex(/^\d+\.\d+\.\d+([-+][\w.+-]*)?$/, { error: 'expected a version like "1.2.3"' }),
  description: sentence.optional(),
  author: name.optional(),
  homepage: z.string().max(8192).optional(),
  /** What it asks the operator for; the host grants what `capabilities` of its start option says. */
  capabilities: z.array(name).max(1024).default([]),
  /** JSON Schema of its config. */
  configSchema: record.optional(),
  /** When the host runs its jobs. */
  schedules: z
    .array(z.object({ job: name, cron: z.string().min(1).max(256) }))
    .max(1024)
    .default([]),
  /** Endpoints the host opens to the outside and passes to `handleWebhook`. */
  webhooks: z
    .array(z.object({ endpoint: name, description: sentence.optional() }))
    .max(1024)
    .default([]),
});
/** A manifest as an author writes it. */
export type ManifestInput = z.input<typeof manifest>;
/** A manifest with its defaults filled in. */
export type Manifest = z.output<typeof manifest>;
