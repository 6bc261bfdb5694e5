import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMessage } from "./messages.js";

const kindOf = (message: object): string => parseMessage({ jsonrpc: "2.0", ...message }).kind;

test("requests, notifications and responses are told apart", () => {
  expect(kindOf({ id: 0, method: "m" })).toBe("request");
  expect(kindOf({ id: "a", method: "m", params: [1], meta: {} })).toBe("request");
  expect(kindOf({ method: "m" })).toBe("notification");
  expect(kindOf({ id: 1, result: null })).toBe("response");
  expect(kindOf({ id: null, error: {} })).toBe("response");
});

test.each([
  ["an id that is none", { id: null, method: "m" }],
  ["an infinite id, which JSON can write", { id: JSON.parse("1e999"), method: "m" }],
  ["an id of a megabyte", { id: "x".repeat(1e6), method: "m" }],
  ["an object as id", { id: {}, method: "m" }],
  ["a method that is no string", { id: 1, method: 5 }],
  ["result and error", { id: 1, result: 1, error: {} }],
  ["neither", { id: 1 }],
  ["a result without an id", { result: 1 }],
  ["meta that is no object", { method: "m", meta: 1 }],
  ["a list as meta", { id: 1, method: "m", meta: [] }],
  ["another version", { jsonrpc: "1.0", method: "m" }],
])("%s is no message", (_, message) => {
  expect(kindOf(message)).toBe("invalid");
});

test("batches are refused with a word about why", () => {
  expect(parseMessage([])).toMatchObject({ kind: "invalid", reason: expect.stringContaining("batches") });
});

test("no JSON value makes it throw, and what it calls a message has the members of one", () => {
  const member = fc.oneof(fc.jsonValue(), fc.constantFrom("2.0", 1, "m"));
  const names = fc.constantFrom("jsonrpc", "id", "method", "params", "result", "error", "meta", "__proto__");
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(names, member)), (value) => {
      const parsed = parseMessage(value);
      if (parsed.kind === "request" || parsed.kind === "notification")
        expect(parsed.message.method).toBeTypeOf("string");
      if (parsed.kind === "request") expect(["string", "number"]).toContain(typeof parsed.message.id);
    }),
  );
});
