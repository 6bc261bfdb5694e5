import { expect, it } from "vitest";
import { ErrorCode } from "./errors.js";
import { validate } from "./validate.js";
import {
  anyRecord,
  anything,
  integer,
  list,
  number,
  object,
  oneOf,
  optional,
  positiveNumber,
  record,
  type Shape,
  text,
  withDefault,
} from "./wire-shape.js";

const read = <T>(shape: Shape<T>, json: string): T => validate<T>(shape, JSON.parse(json), "params");

it.each<[Shape<unknown>, string]>([
  [text(3), '"abc"'],
  [number, "0.5"],
  [integer, "-3"],
  [positiveNumber, "0.1"],
  [anything, "null"],
  [anyRecord, '{"a":[1]}'],
  [oneOf("a", "b"), '"b"'],
  [list(text(), 2), '["a","b"]'],
  [record(list(integer)), '{"a":[1],"b":[]}'],
  [object({ a: integer, b: optional(text()) }), '{"a":1,"b":"x"}'],
  [object({ a: optional(object({ b: text() })) }), "{}"],
])("what fits comes out as it went in: %# %s", (shape, json) => {
  expect(read(shape, json)).toEqual(JSON.parse(json));
});

it.each<[Shape<unknown>, string, string]>([
  [text(), "1", "params: expected string, received number"],
  [text(3), '"abcd"', "params: expected at most 3 characters"],
  [number, "null", "params: expected number, received null"],
  [integer, "1.5", "params: expected int, received number"],
  [positiveNumber, "0", "params: expected number above 0, received number"],
  [anyRecord, "[]", "params: expected record, received array"],
  [oneOf("a", "b"), '"c"', "params: expected one of a, b, received string"],
  [list(text(), 1), '["a","b"]', "params: expected at most 1 items"],
  [list(text()), '["a",1]', "params[1]: expected string, received number"],
  [list(text()), "{}", "params: expected array, received object"],
  [record(text()), '{"a":1}', "params.a: expected string, received number"],
  [record(text()), "7", "params: expected record, received number"],
  [object({ a: text() }), "{}", "params.a: expected string, received undefined"],
  [object({ a: text() }), "[]", "params: expected object, received array"],
  [object({ a: object({ b: list(integer) }) }), '{"a":{"b":["x"]}}', "params.a.b[0]: expected int, received string"],
  [object({ a: optional(text()) }), '{"a":null}', "params.a: expected string, received null"],
])("what does not fit is named with its path: %# %s", (shape, json, message) => {
  const failing = () => read(shape, json);
  expect(failing).toThrow(expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message }));
});

it("members nobody knows are left out, and one left out has its default, a new one each time", () => {
  const shape = object({ a: integer, list: withDefault(list(text()), () => []) });
  const first = read(shape, '{"a":1,"extra":true}');
  expect(first).toEqual({ a: 1, list: [] });
  expect(read(shape, '{"a":1}').list).not.toBe(first.list);
});

it("a member is only what the object itself has, and __proto__ is the name of none", () => {
  expect(() => read(object({ toString: text() }), "{}")).toThrow("toString: expected string, received undefined");
  const got = read(record(anyRecord), '{"__proto__":{"polluted":true},"a":{}}');
  expect(Object.keys(got)).toEqual(["a"]);
  expect(got).not.toHaveProperty("polluted");
});
