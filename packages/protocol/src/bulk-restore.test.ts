import { expect, test } from "vitest";
import { restoreBulk } from "./bulk-restore.js";

const bytes = Uint8Array.of(1, 2, 3);
const at = (...path: unknown[]) => ({ path, as: "bytes" });
const restored = (message: object, attachments?: readonly Uint8Array[]) => ({
  reason: restoreBulk(message, attachments),
  message,
});

test("attachments and base64 go where the message says, in order", () => {
  const message = {
    result: { list: [null, { text: null }], wide: null, empty: "", inline: "AQI=" },
    bulk: [
      at("result", "list", 0),
      { path: ["result", "inline"], as: "base64" },
      { path: ["result", "list", 1, "text"], as: "latin1" },
      { path: ["result", "wide"], as: "utf16le" },
      { path: ["result", "empty"], as: "base64" },
    ],
  };
  const wide = Buffer.from("参\ud800", "utf16le");
  expect(restored(message, [bytes, Buffer.from("naïve", "latin1"), wide])).toEqual({
    reason: undefined,
    message: {
      result: {
        list: [bytes, { text: "naïve" }],
        wide: "参\ud800",
        empty: new Uint8Array(),
        inline: Uint8Array.of(1, 2),
      },
    },
  });
});

test("all lists of a message together have no more values than may be", () => {
  const message = () => ({
    result: [{ a: [1, 2] }, { a: [1, 2], b: [1, 2] }],
    bulk: [0, 1].map((list) => ({ path: ["result", list], as: "columns" })),
  });
  expect(restoreBulk(message(), undefined, undefined, 10)).toBeUndefined();
  expect(restoreBulk(message(), undefined, undefined, 9)).toContain("at most 9 values");
});

test("a payload may be an attachment itself", () => {
  expect(restored({ params: null, bulk: [at("params")] }, [bytes]).message).toEqual({ params: bytes });
});

test("columns become records again, and bytes may stand in them", () => {
  const columns = { path: ["result", "rows"], as: "columns" };
  const message = {
    result: { rows: { id: [1, 2], data: [null, null] } },
    bulk: [columns, at("result", "rows", 1, "data")],
  };
  expect(restored(message, [bytes])).toEqual({
    reason: undefined,
    message: {
      result: {
        rows: [
          { id: 1, data: null },
          { id: 2, data: bytes },
        ],
      },
    },
  });
});

const deep = JSON.parse(`${'{"a":'.repeat(100)}null${"}".repeat(100)}`) as object;

test.each([
  ["no member bulk", { params: null }, [bytes]],
  ["bulk that is no list", { params: null, bulk: { 0: at("params") } }, [bytes]],
  ["an entry that is null", { params: null, bulk: [null] }, [bytes]],
  ["fewer entries than attachments", { params: null, bulk: [at("params")] }, [bytes, bytes]],
  ["more entries than attachments", { params: [null, null], bulk: [at("params", 0), at("params", 1)] }, [bytes]],
  ["entries without attachments", { params: null, bulk: [at("params")] }, undefined],
  ["no path", { params: null, bulk: [{ as: "bytes" }] }, [bytes]],
  ["an empty path", { params: null, bulk: [at()] }, [bytes]],
  ["a path to the envelope", { id: null, params: null, bulk: [at("id")] }, [bytes]],
  ["a path to meta", { meta: { scope: null }, bulk: [at("meta", "scope")] }, [bytes]],
  ["a path into itself", { params: null, bulk: [at("bulk", 0)] }, [bytes]],
  ["a path through __proto__", { params: {}, bulk: [at("params", "__proto__", "x")] }, [bytes]],
  [
    "a path to __proto__",
    JSON.parse('{"params":{"__proto__":null},"bulk":[{"path":["params","__proto__"],"as":"bytes"}]}'),
    [bytes],
  ],
  ["a path through constructor", { params: {}, bulk: [at("params", "constructor", "prototype")] }, [bytes]],
  ["a place that is not free", { params: { a: "taken" }, bulk: [at("params", "a")] }, [bytes]],
  ["a place that does not exist", { params: {}, bulk: [at("params", "a")] }, [bytes]],
  ["a place behind the end of a list", { params: [], bulk: [at("params", 0)] }, [bytes]],
  ["a list's length", { params: [null], bulk: [at("params", "length")] }, [bytes]],
  ["a name for a position", { params: [null], bulk: [at("params", "0")] }, [bytes]],
  ["a position of NaN", { params: [null], bulk: [at("params", Number.NaN)] }, [bytes]],
  ["a path through a string", { params: "abc", bulk: [at("params", 0)] }, [bytes]],
  ["a path into bytes", { params: null, bulk: [at("params"), at("params", 0)] }, [bytes, bytes]],
  ["one place twice", { params: null, bulk: [at("params"), at("params")] }, [bytes, bytes]],
  ["a name that is an object", { params: null, bulk: [at("params", {})] }, [bytes]],
  ["an unknown form", { params: null, bulk: [{ path: ["params"], as: "utf7" }] }, [bytes]],
  ["no form", { params: null, bulk: [{ path: ["params"] }] }, [bytes]],
  ["base64 without padding", { params: "AQI", bulk: [{ path: ["params"], as: "base64" }] }, undefined],
  ["base64 with other characters", { params: "AQ I", bulk: [{ path: ["params"], as: "base64" }] }, undefined],
  ["base64 that is no text", { params: 7, bulk: [{ path: ["params"], as: "base64" }] }, undefined],
  ["columns that are none", { params: [1], bulk: [{ path: ["params"], as: "columns" }] }, undefined],
  ["columns of two lengths", { params: { a: [1], b: [] }, bulk: [{ path: ["params"], as: "columns" }] }, undefined],
  [
    "a column __proto__",
    JSON.parse('{"params":{"a":[1],"__proto__":[{"x":1}]},"bulk":[{"path":["params"],"as":"columns"}]}'),
    undefined,
  ],
  [
    "one list of columns twice",
    {
      params: { a: [1] },
      bulk: [
        { path: ["params"], as: "columns" },
        { path: ["params"], as: "columns" },
      ],
    },
    undefined,
  ],
  [
    "a path of a hundred thousand steps",
    { params: deep, bulk: [at("params", ...Array<string>(100_000).fill("a"))] },
    [bytes],
  ],
])("%s is refused, and touches no prototype", (_, message, attachments) => {
  const prototypes = () => [Object.prototype, Array.prototype].map((proto) => Object.getOwnPropertyNames(proto).length);
  const before = prototypes();
  expect(restored(message as object, attachments).reason).toEqual(expect.any(String));
  expect(prototypes()).toEqual(before);
});

test("text leaves its memory to others, bytes keep theirs, and have none beside them", () => {
  const [text, wide, own, part] = [
    Buffer.from("text"),
    Buffer.from("ab"),
    bytes.slice(),
    new Uint8Array(8).subarray(0, 3),
  ];
  const message = {
    result: { text: null, wide: null, own: null, part: null },
    bulk: [
      { path: ["result", "text"], as: "latin1" },
      { path: ["result", "wide"], as: "utf16le" },
      at("result", "own"),
      at("result", "part"),
    ],
  };
  const left: Uint8Array[] = [];
  expect(restoreBulk(message, [text, wide, own, part], (attachment) => left.push(attachment))).toBeUndefined();
  expect(left).toEqual([text, wide, part]);
  const { result } = message as unknown as { result: { own: Uint8Array; part: Uint8Array } };
  expect(result.own).toBe(own);
  part.fill(7);
  expect(result.part).toEqual(new Uint8Array(3));
  expect(result.part.buffer.byteLength).toBe(3);
});
