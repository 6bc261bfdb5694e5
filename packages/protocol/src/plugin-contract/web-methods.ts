import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { key, name } from "./bounded-values.js";
import { actor, tenant } from "./call-context.js";
import { body, headers, httpAnswer, httpMethod, query } from "./http-values.js";

export const webToWorker = {
  /** A request of the outside to an endpoint of the manifest, unauthenticated: the plugin checks its signature. */
  handleWebhook: request({
    params: z.object({
      /** The endpoint's key in the manifest. */
      endpoint: name,
      /** The same at every delivery of this request. */
      requestId: key,
      tenant: z.optional(tenant),
      method: z._default(httpMethod, "POST"),
      headers,
      query: z._default(query, {}),
      /** As it came, byte for byte: signatures are computed over it. */
      body: z.optional(body),
    }),
    result: httpAnswer,
    secret: { params: ["headers", "query", "body"], result: ["headers", "body"] },
    optional: true,
  }),
  /** A request of a user of the product to the plugin's own HTTP API, already authenticated. */
  handleApiRequest: request({
    params: z.object({
      requestId: key,
      method: httpMethod,
      /** Below the plugin's own root, beginning with `/`. */
      path: z.string().check(z.maxLength(8192), z.startsWith("/")),
      headers: z._default(headers, {}),
      query: z._default(query, {}),
      body: z.optional(body),
      actor: z.optional(actor),
    }),
    result: httpAnswer,
    secret: { params: ["headers", "query", "body"], result: ["headers", "body"] },
    optional: true,
  }),
} as const;
