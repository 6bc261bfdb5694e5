import fc from "fast-check";
import { expect, test } from "vitest";
import { isReadWell, jsonValues } from "../test/json-values.js";
import { jsonCodec } from "./codec.js";
import { parseLine } from "./known-envelope.js";

const outcome = (read: () => unknown): unknown => {
  try {
    return JSON.stringify(read());
  } catch {
    return "no JSON";
  }
};

const expectSame = (line: string): void => {
  expect(outcome(() => parseLine(line))).toBe(outcome(() => JSON.parse(line)));
};

const json = jsonValues({ maxDepth: 3 });
const version = { jsonrpc: fc.constant("2.0" as const) };
const id = fc.oneof(fc.nat(), fc.integer(), fc.string(), fc.double({ noNaN: true }));
const method = fc.oneof(fc.constantFrom("add", "state.get", "$/stream/item", 'a"b', "\\"), fc.string());
const params = fc.oneof(
  json,
  fc.record({ id: fc.nat(), item: json }),
  fc.record({ a: fc.nat(), meta: fc.record({ b: json }) }),
);
const meta = fc.oneof(
  fc.constantFrom(
    { deadlineMs: 30_000 },
    { invocationId: "k.1" },
    { invocation: { id: "k.2", scope: { tenant: "t" } } },
  ),
  fc.dictionary(fc.string().filter(isReadWell), json),
);
const bulk = fc.constant([{ path: ["bytes"], as: "base64" }]);
const message = fc.oneof(
  fc.record({ ...version, id, method, params, meta, bulk }, { requiredKeys: ["jsonrpc", "id", "method"] }),
  fc.record({ ...version, method, params, meta, bulk }, { requiredKeys: ["jsonrpc", "method"] }),
  fc.record({ ...version, id, result: json, bulk }, { requiredKeys: ["jsonrpc", "id"] }),
  fc.record({ ...version, id, error: json }),
);

test("a message is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(message, (value) => {
      expectSame(JSON.stringify(value));
      expectSame(jsonCodec.encode(value as never));
    }),
    { numRuns: 2_000 },
  );
});

test("so is a message of which a part is missing, doubled or in another place", () => {
  fc.assert(
    fc.property(message, message, fc.nat(200), fc.nat(60), (one, other, at, length) => {
      const [line, donor] = [JSON.stringify(one), JSON.stringify(other)];
      // The parts known last are those of the message before.
      expectSame(donor);
      expectSame(line.slice(0, at) + line.slice(at + length));
      expectSame(line.slice(0, at) + donor.slice(at, at + length) + line.slice(at));
      expectSame(line.slice(0, at + length) + line.slice(at));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  '{"jsonrpc":"2.0","id":01,"result":1}',
  '{"jsonrpc":"2.0","id":,"result":1}',
  '{"jsonrpc":"2.0","id":1234567890123456789,"result":1}',
  '{"jsonrpc":"2.0","id":1,"result":1,"error":2}',
  '{"jsonrpc":"2.0","id":1,"result":}',
  '{"jsonrpc":"2.0","id":1,"result":{"__proto__":{"a":1}}}',
  '{"jsonrpc":"2.0","id":1,"method":7,"params":{}}',
  '{"jsonrpc":"2.0","id":1,"method":"a\\","params":1}',
  '{"jsonrpc":"2.0","id":1,"method":"a","params":1,"meta":{"a":1},"meta":{"b":2}}',
  '{"jsonrpc":"2.0","id":1,"method":"a","params":,"meta":{"a":1}}',
  '{"jsonrpc":"2.0","id":1,"method":"a","params":{"b":1,"meta":{"a":1}}}',
  '{"jsonrpc":"2.0","method":"$/stream/item","params":{"id":1,"item":1,"item":2}}',
  '{"jsonrpc":"2.0","method":"$/stream/item","params":{"id":1,"item":[1]}',
  '{"jsonrpc":"2.0","id":1,"result":1} ',
])("as JSON.parse reads it: %s", expectSame);

test("what calls share cannot be changed by one of them", () => {
  const line = '{"jsonrpc":"2.0","id":1,"method":"a","params":{},"meta":{"deadlineMs":7}}';
  const [first, second] = [parseLine(line), parseLine(line)] as { meta: object }[];
  expect(first?.meta).toBe(second?.meta);
  expect(Object.isFrozen(first?.meta)).toBe(true);
});

test("the scope of a call is its own", () => {
  const line = '{"jsonrpc":"2.0","id":1,"method":"a","params":{},"meta":{"invocation":{"id":"k","scope":{}}}}';
  const [first, second] = [parseLine(line), parseLine(line)] as { meta: { invocation: { scope: object } } }[];
  expect(first?.meta.invocation.scope).not.toBe(second?.meta.invocation.scope);
});
