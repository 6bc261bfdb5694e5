import fc from "fast-check";

/**
 * Once V8 13 or 14 has parsed a member named by one backslash, it takes other names of one escaped character for it:
 * https://github.com/nodejs/node/issues/63785
 */
export const isReadWell = (name: string): boolean => name !== "\\";

/** What JSON can say, without members that are not read well. */
export const jsonValues = (constraints?: fc.JsonSharedConstraints): fc.Arbitrary<fc.JsonValue> =>
  fc.jsonValue(constraints).filter((value) => !JSON.stringify(value).includes('"\\\\":'));
