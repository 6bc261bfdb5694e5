import * as z from "zod";
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
      tenant: tenant.optional(),
      method: httpMethod.default("POST"),
      headers,
      query: query.default({}),
      /** As it came, byte for byte: signatures are computed over it. */
      body: body.optional(),
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
      path: z.string().max(8192).startsWith("/"),
      headers: headers.default({}),
      query: query.default({}),
      body: body.optional(),
      actor: actor.optional(),
    }),
    result: httpAnswer,
    secret: { params: ["headers", "query", "body"], result: ["headers", "body"] },
    optional: true,
  }),
} as const;
