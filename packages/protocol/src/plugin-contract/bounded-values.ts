import * as z from "@outrigger/protocol/zod-mini";

/** Text of at most so many characters. */
export const upTo = (characters: number) => z.string().check(z.maxLength(characters));

/** A name somebody chose: of a tool, job, event, channel, capability, … At most 256 characters. */
export const name = z.string().check(z.minLength(1), z.maxLength(256));
/** A key or id of stored data. At most 1,024 characters. */
export const key = z.string().check(z.minLength(1), z.maxLength(1024));
/** One paragraph for people. At most 8,192 characters. */
export const sentence = upTo(8192);
/** Text of any kind. At most 4 Mi characters. */
export const text = upTo(4 * 1024 * 1024);
/** Any JSON value. Its size is bounded by the message, its depth by the peer. */
export const json = z.unknown();
/** A JSON object of a product's or plugin's own making. */
export const record = z.record(upTo(1024), json);
/** When something happened: ISO 8601 with `Z` or an offset. */
export const timestamp = z.iso.datetime({ offset: true });

/** The result of a method that returns nothing. `undefined` travels as `null`. */
export const nothing = z.pipe(
  z.union([z.void(), z.null()]),
  z.transform((): void => undefined),
);

/** Names of a list page: `limit` (default 100, at most 1,000) and the `cursor` the page before returned. */
export const page = {
  limit: z._default(z.int().check(z.minimum(1), z.maximum(1000)), 100),
  cursor: z._default(z.nullable(upTo(4096)), null),
};
/** Of a list result: pass it to get the next page; `null` after the last one. */
export const nextCursor = z._default(z.nullable(upTo(4096)), null);
