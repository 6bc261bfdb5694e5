import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonValues } from "../test/json-values.js";
import { jsonCodec } from "./codec.js";
import { type Message, parseMessage } from "./messages.js";

const id = fc.oneof(fc.integer(), fc.maxSafeNat(), fc.constantFrom(999, 1000, 1001, 999_999, 1_000_000), fc.string());
const json = jsonValues();
const version = { jsonrpc: fc.constant("2.0" as const) };
const meta = fc.record(
  { invocationId: fc.constantFrom("a.1", 'quoted"', "\u2028"), deadlineMs: fc.nat(), traceparent: fc.string() },
  { requiredKeys: [] },
);
const message = fc.oneof(
  fc.record({ ...version, id, method: fc.string(), params: json, meta }),
  fc.record({ ...version, id, method: fc.string() }),
  fc.record({ ...version, method: fc.string(), params: json }),
  fc.record({ ...version, id, result: json }),
  fc.record({ ...version, id, error: fc.record({ code: fc.integer(), message: fc.string(), data: json }) }),
);

test("every message comes back as it was written, on one line", () => {
  fc.assert(
    fc.property(message, (original) => {
      const line = jsonCodec.encode(original as Message);
      expect(line).not.toMatch(/[\n\r\u2028\u2029]/);
      const decoded = jsonCodec.decode(line);
      // JSON knows no -0, so what JSON itself does to a value is the measure.
      expect(decoded).toEqual(JSON.parse(JSON.stringify(original)));
      expect(parseMessage(decoded)).toMatchObject({ message: decoded });
    }),
  );
});

test("each call carries the invocation of its own, whatever is in its id", () => {
  for (const invocationId of ["a.1", "a.2", 'quoted"', "a.1"]) {
    const call = { jsonrpc: "2.0", id: 1, method: "m", meta: { invocationId, deadlineMs: 5 } } as const;
    expect(jsonCodec.decode(jsonCodec.encode(call))).toEqual(call);
  }
});

test("each message carries the meta of its own, whatever is in it", () => {
  const call = { jsonrpc: "2.0", id: 1, method: "m", params: 1 } as const;
  const tenant = (name: string) => ({ invocationId: "a.1", deadlineMs: 5, tenant: name }) as object;
  for (const meta of [
    { tracestate: "a=1" },
    { tracestate: "b=2" },
    {},
    tenant("t1"),
    tenant("t2"),
    { deadlineMs: 5 },
  ]) {
    expect(jsonCodec.decode(jsonCodec.encode({ ...call, meta }))).toEqual({ ...call, meta });
  }
});

test("a meta that was written before is written as it now is", () => {
  const call = { jsonrpc: "2.0", id: 1, method: "m", params: 1 } as const;
  const metaOf = (meta: object): unknown =>
    (jsonCodec.decode(jsonCodec.encode({ ...call, meta })) as typeof call & { meta: unknown }).meta;
  const [five, six] = [Object.freeze({ deadlineMs: 5 }), Object.freeze({ deadlineMs: 6 })];
  expect([five, six, five, five, six].map(metaOf)).toEqual([five, six, five, five, six]);
  const changing = { deadlineMs: 7 };
  expect(metaOf(changing)).toEqual({ deadlineMs: 7 });
  changing.deadlineMs = 8;
  expect(metaOf(changing)).toEqual({ deadlineMs: 8 });
  metaOf({ deadlineMs: 5, invocationId: "another's" });
  const unwritable = Object.freeze({ deadlineMs: 5n });
  for (let times = 0; times < 2; times++) expect(() => metaOf(unwritable)).toThrow(TypeError);
});

test("ids come back as they were, in any order, whatever number they are", () => {
  const ids = [
    1,
    999,
    1000,
    1999,
    2000,
    1_000_007,
    1000,
    Number.MAX_SAFE_INTEGER,
    2 ** 60,
    1e300,
    1000.5,
    -1000,
    -1.5,
    0,
  ];
  for (const id of ids) {
    expect(jsonCodec.encode({ jsonrpc: "2.0", id, result: 1 })).toBe(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":1}`,
    );
  }
});

test("what JSON has no word for becomes null where a value must stand", () => {
  const call = { jsonrpc: "2.0", id: 1 } as const;
  expect(jsonCodec.encode({ ...call, method: "m", params: () => 1 })).toBe(
    '{"jsonrpc":"2.0","id":1,"method":"m","params":null}',
  );
  expect(jsonCodec.encode({ ...call, result: undefined })).toBe('{"jsonrpc":"2.0","id":1,"result":null}');
});

test("what cannot be written throws here and nowhere else", () => {
  const throwing = {
    toJSON() {
      throw new Error("no");
    },
  };
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const params of [1n, cycle, throwing]) {
    expect(() => jsonCodec.encode({ jsonrpc: "2.0", method: "m", params })).toThrow();
  }
});
