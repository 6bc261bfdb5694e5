import * as z from "@outrigger/protocol/zod-mini";
import { upTo } from "./bounded-values.js";

const MAX_BODY_CHARACTERS = 24 * 1024 * 1024;
const NOT_BASE64 = /[^A-Za-z0-9+/=]/;

// Zod's own base64 pattern backtracks over megabytes.
const base64 = z.string().check(
  z.maxLength(MAX_BODY_CHARACTERS),
  z.refine((value) => value.length % 4 === 0 && !NOT_BASE64.test(value), { error: "expected base64 with padding" }),
);

/** A body, as it is: text when it is valid UTF-8 text, else base64. At most 24 Mi characters. */
export const body = z.union([z.object({ text: upTo(MAX_BODY_CHARACTERS) }), z.object({ base64 })]);
/** A body: `{ text }` or `{ base64 }`. */
export type HttpBody = z.output<typeof body>;

/** At most 256 headers; names in lower case, repeated ones joined with a comma. */
export const headers = z
  .record(upTo(256), upTo(64 * 1024))
  .check(z.refine((value) => Object.keys(value).length <= 256, { error: "expected at most 256 headers" }));

/** Query parameters; repeated ones as an array. */
export const query = z.record(
  upTo(1024),
  z.union([upTo(64 * 1024), z.array(upTo(64 * 1024)).check(z.maxLength(1024))]),
);

export const httpMethod = z
  .string()
  .check(z.regex(/^[A-Z]{1,32}$/, { error: 'expected an upper-case HTTP method, like "GET"' }));
export const url = upTo(64 * 1024);
export const status = z.int().check(z.minimum(100), z.maximum(599));

/** The answer to a request of the outside. */
export const httpAnswer = z.object({
  status: z._default(status, 200),
  headers: z._default(headers, {}),
  body: z.optional(body),
});
/** What `handleWebhook` and `handleApiRequest` return. Default: status 200, no headers, no body. */
export type HttpAnswer = z.input<typeof httpAnswer>;
