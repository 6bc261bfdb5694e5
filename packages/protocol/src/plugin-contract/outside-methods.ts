import * as z from "zod";
import { request } from "../contract.js";
import { key } from "./bounded-values.js";
import { body, headers, httpMethod, status, url } from "./http-values.js";

export const outsideToHost = {
  /** An HTTP request made by the host, by its rules. A status of 400 and above is an answer, not an error. */
  "http.fetch": request({
    params: z.object({
      url,
      method: httpMethod.default("GET"),
      headers: headers.default({}),
      body: body.optional(),
      redirect: z.enum(["follow", "manual", "error"]).default("follow"),
      /** The answer's body is refused with MESSAGE_TOO_LARGE above this. Default 8 MiB, at most 16 MiB. */
      maxBodyBytes: z
        .int()
        .min(1)
        .max(16 * 1024 * 1024)
        .default(8 * 1024 * 1024),
    }),
    result: z.object({
      /** After redirects. */
      url,
      status,
      headers,
      body: body.optional(),
    }),
    capability: "http.fetch",
    secret: { params: ["headers", "body"], result: ["headers", "body"] },
  }),
  /** The secret a reference of the config stands for. */
  "secrets.resolve": request({
    params: z.object({ ref: key }),
    result: z.string().max(1024 * 1024),
    capability: "secrets.read",
    secret: { result: true },
    idempotent: true,
  }),
} as const;
