import * as z from "@outrigger/protocol/zod-mini";
import { name, record, sentence, upTo } from "./bounded-values.js";

/**
 * What a host knows of a plugin before it starts it. Tools, jobs, event patterns, data and actions do not stand here:
 * the worker reports them in the `initialize` answer, so that nothing is declared twice.
 */
export const manifest = z.object({
  /** Unique among the plugins of a host, e.g. `acme.search`. Letters, digits, `.`, `_`, `-` and one `@scope/`. */
  id: z
    .string()
    .check(
      z.maxLength(256),
      z.regex(/^(@[\w.-]+\/)?[A-Za-z0-9][\w.-]*$/, { error: 'expected an id like "acme.search"' }),
    ),
  /** For people. */
  name,
  /** The plugin's own version, semver. */
  version: z
    .string()
    .check(z.maxLength(256), z.regex(/^\d+\.\d+\.\d+([-+][\w.+-]*)?$/, { error: 'expected a version like "1.2.3"' })),
  description: z.optional(sentence),
  author: z.optional(name),
  homepage: z.optional(upTo(8192)),
  /** What it asks the operator for; the host grants what `capabilities` of its start option says. */
  capabilities: z._default(z.array(name).check(z.maxLength(1024)), []),
  /** JSON Schema of its config. */
  configSchema: z.optional(record),
  /** When the host runs its jobs. */
  schedules: z._default(
    z.array(z.object({ job: name, cron: z.string().check(z.minLength(1), z.maxLength(256)) })).check(z.maxLength(1024)),
    [],
  ),
  /** Endpoints the host opens to the outside and passes to `handleWebhook`. */
  webhooks: z._default(
    z.array(z.object({ endpoint: name, description: z.optional(sentence) })).check(z.maxLength(1024)),
    [],
  ),
});
/** A manifest as an author writes it. */
export type ManifestInput = z.input<typeof manifest>;
/** A manifest with its defaults filled in. */
export type Manifest = z.output<typeof manifest>;
