import * as z from "zod";

/** A name somebody chose: of a tool, job, event, channel, capability, … At most 256 characters. */
export const name = z.string().min(1).max(256);
/** A key or id of stored data. At most 1,024 characters. */
export const key = z.string().min(1).max(1024);
/** One paragraph for people. At most 8,192 characters. */
export const sentence = z.string().max(8192);
/** Text of any kind. At most 4 Mi characters. */
export const text = z.string().max(4 * 1024 * 1024);
/** Any JSON value. Its size is bounded by the message, its depth by the peer. */
export const json = z.unknown();
/** A JSON object of a product's or plugin's own making. */
export const record = z.record(z.string().max(1024), json);
/** When something happened: ISO 8601 with `Z` or an offset. */
export const timestamp = z.iso.datetime({ offset: true });

/** The result of a method that returns nothing. `undefined` travels as `null`. */
export const nothing = z.union([z.void(), z.null()]).transform((): void => undefined);

/** Names of a list page: `limit` (default 100, at most 1,000) and the `cursor` the page before returned. */
export const page = {
  limit: z.int().min(1).max(1000).default(100),
  cursor: z.string().max(4096).nullable().default(null),
};
/** Of a list result: pass it to get the next page; `null` after the last one. */
export const nextCursor = z.string().max(4096).nullable().default(null);
