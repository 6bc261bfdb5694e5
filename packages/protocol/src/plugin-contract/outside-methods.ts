import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { key, upTo } from "./bounded-values.js";
import { body, headers, httpMethod, status, url } from "./http-values.js";

export const outsideToHost = {
  /** An HTTP request made by the host, by its rules. A status of 400 and above is an answer, not an error. */
  "http.fetch": request({
    params: z.object({
      url,
      method: z._default(httpMethod, "GET"),
      headers: z._default(headers, {}),
      body: z.optional(body),
      redirect: z._default(z.enum(["follow", "manual", "error"]), "follow"),
      /** The answer's body is refused with MESSAGE_TOO_LARGE above this. Default 8 MiB, at most 16 MiB. */
      maxBodyBytes: z._default(z.int().check(z.minimum(1), z.maximum(16 * 1024 * 1024)), 8 * 1024 * 1024),
    }),
    result: z.object({
      /** After redirects. */
      url,
      status,
      headers,
      body: z.optional(body),
    }),
    capability: "http.fetch",
    secret: { params: ["headers", "body"], result: ["headers", "body"] },
  }),
  /** The secret a reference of the config stands for. */
  "secrets.resolve": request({
    params: z.object({ ref: key }),
    result: upTo(1024 * 1024),
    capability: "secrets.read",
    secret: { result: true },
    idempotent: true,
  }),
} as const;
