import { z } from "zod";

/** MCP's own way to define requests: a schema of the whole request, one of the result. */
const request = <M extends string, P extends z.ZodRawShape>(method: M, params: P) =>
  z.object({ method: z.literal(method), params: z.object(params) });

const document = z.object({
  id: z.string(),
  revision: z.number(),
  rows: z.array(
    z.object({ id: z.number(), name: z.string(), tags: z.array(z.string()), score: z.number(), note: z.string() }),
  ),
});

export const addRequest = request("bench/add", { a: z.number(), b: z.number() });
const addResult = z.object({ sum: z.number() });
export const reviewRequest = request("bench/review", { document });
const reviewResult = z.object({ document });
export const textRequest = request("bench/text", { text: z.string() });
const textResult = z.object({ text: z.string() });
export const base64Request = request("bench/base64", { base64: z.string() });
const base64Result = z.object({ base64: z.string() });
export const driveRequest = request("bench/drive", { chains: z.number(), calls: z.number() });
export const emitRequest = request("bench/emit", { count: z.number() });
export const itemsRequest = request("bench/items", { count: z.number() });
const doneResult = z.object({ done: z.boolean() });
export const incrementRequest = request("bench/increment", { n: z.number() });
export const incrementResult = z.object({ n: z.number() });
export const eventNotification = request("notifications/bench/event", { seq: z.number() });

/** Progress would be MCP's own way, but it is lost when the answer arrives in the same chunk. */
export const itemNotification = request("notifications/bench/item", { seq: z.number() });

export const results: { readonly [method: string]: z.ZodType } = {
  add: addResult,
  review: reviewResult,
  text: textResult,
  base64: base64Result,
  drive: doneResult,
  emit: doneResult,
  items: doneResult,
};
