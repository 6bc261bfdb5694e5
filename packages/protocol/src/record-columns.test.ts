import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReadWell, jsonValues } from "../test/json-values.js";
import { recordsOf as restored, columnsOf as transposed } from "./record-columns.js";

const columnsOf = (list: readonly unknown[]) => transposed(list, 100);
const recordsOf = (columns: unknown) => restored(columns, 1e6)?.records;
const overWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

const row = (id: number) => ({ id, name: `row ${id}`, tags: ["a"], inner: { id } });

test("records by column, and back", () => {
  const columns = columnsOf([row(1), row(2)]);
  expect(columns).toEqual({
    id: [1, 2],
    name: ["row 1", "row 2"],
    tags: [["a"], ["a"]],
    inner: [{ id: 1 }, { id: 2 }],
  });
  expect(recordsOf(columns)).toEqual([row(1), row(2)]);
});

test("rows of a database without a prototype are records as others", () => {
  const bare = (id: number): unknown => Object.assign(Object.create(null), row(id));
  expect(recordsOf(columnsOf([bare(1), bare(2)]))).toEqual([row(1), row(2)]);
});

const names = fc.uniqueArray(
  fc.oneof(fc.constantFrom("-1", "7.5", "length", "id", "參"), fc.string()).filter((name) => isReadWell(name)),
  { minLength: 1, maxLength: 15 },
);
const lists = names.chain((known) =>
  fc.array(fc.tuple(...known.map(() => jsonValues({ depthSize: "xsmall" }))), { minLength: 1, maxLength: 40 }).map(
    // Made as V8 parses it: `__proto__` is a name like others.
    (rows) => rows.map((values) => JSON.parse(textOf(known, values)) as unknown),
  ),
);
const textOf = (known: readonly string[], values: readonly unknown[]): string =>
  `{${known.map((name, at) => `${JSON.stringify(name)}:${JSON.stringify(values[at])}`).join()}}`;

test("any list of records comes back as JSON has it, its names in their order", () => {
  let taken = 0;
  fc.assert(
    fc.property(lists, (list) => {
      const columns = columnsOf(list);
      if (columns === undefined) return;
      taken++;
      expect(JSON.stringify(recordsOf(overWire(columns)))).toBe(JSON.stringify(list));
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(1_000);
});

describe("a list stays as it is", () => {
  /** By a member that a loop over members does not see. */
  const shown = (record: object): object => Object.defineProperty(record, "toJSON", { value: () => "shown" });
  class Money {
    amount = 1;
    toJSON = () => "1 EUR";
  }
  test.each<[string, unknown[]]>([
    ["of nothing", []],
    ["of no objects", [1, 2]],
    ["of lists", [[1], [2]]],
    ["of records without members", [{}, {}]],
    ["with a hole", Object.assign([{ a: 1 }], { 2: { a: 1 } })],
    ["with null in it", [{ a: 1 }, null]],
    ["with a list in it", [{ a: 1 }, [1]]],
    ["whose second lacks a name", [{ a: 1, b: 1 }, { a: 1 }]],
    ["whose second has one more", [{ a: 1 }, { a: 1, b: 1 }]],
    [
      "whose second has another order",
      [
        { a: 1, b: 1 },
        { b: 1, a: 1 },
      ],
    ],
    ["with a member that JSON leaves out", [{ a: 1 }, { a: undefined }]],
    ["with a symbol", [{ a: 1 }, { a: Symbol("none") }]],
    ["of a class", [new Money(), new Money()]],
    ["with one of a class", [{ amount: 1, toJSON: 1 }, new Money()]],
    ["that shows something else to JSON", Object.assign([{ a: 1 }], { toJSON: () => "shown" })],
    ["with a member __proto__", [JSON.parse('{"__proto__":1}') as unknown]],
    ["with a name that is a position, up to which V8 would make each record", [{ "1023": 1 }]],
    ["with a name of 65 characters", [{ ["n".repeat(65)]: 1 }]],
    ["with a bigint, which may be told where it stands", [{ a: 1n }]],
    ["with a value that shows something else to JSON", [{ a: shown({ a: 1 }) }]],
    ["with a record that shows something else by a trap", [new Proxy({ a: 1 }, { get: () => () => "shown" })]],
    ["with a record that shows something else to JSON", [{ a: 1 }, shown({ a: 1 })]],
    ["with a name that each object has, which a frozen prototype forbids to set", [{ constructor: 1 }]],
  ])("%s", (_, list) => {
    expect(columnsOf(list)).toBeUndefined();
  });
});

test("a record of many names takes nothing for those that have none of them", () => {
  // By as many columns of this length: 3 GB.
  const wide = Object.fromEntries(Array.from({ length: 19_000 }, (_, at) => [`n${at}`, at]));
  expect(transposed([wide, ...Array.from({ length: 19_999 }, () => ({}))], 20_000)).toBeUndefined();
});

test("__proto__ is no column where objects have no such member either", () => {
  const proto = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__") as PropertyDescriptor;
  Reflect.deleteProperty(Object.prototype, "__proto__");
  try {
    expect(columnsOf([JSON.parse('{"__proto__":1}') as unknown])).toBeUndefined();
  } finally {
    Object.defineProperty(Object.prototype, "__proto__", proto);
  }
});

test("more values than may be are not made", () => {
  expect(restored({ a: [1, 2], b: [3, 4] }, 6)).toMatchObject({ values: 6, records: { length: 2 } });
  expect(restored({ a: [1, 2], b: [3, 4] }, 5)).toBeUndefined();
});

test("a list of more names than asked for stays as it is", () => {
  expect(transposed([{ a: 1, b: 2 }], 1)).toBeUndefined();
});

describe("what another end tells is no list", () => {
  test.each<[string, unknown]>([
    ["null", null],
    ["text", "abc"],
    ["a list", [[1]]],
    ["no columns", {}],
    ["a column that is none", { a: [1], b: "x" }],
    ["a column that has a length", { a: { length: 1, 0: 1 } }],
    ["columns of two lengths", { a: [1, 2], b: [1] }],
    ["a column whose name is long", { ["n".repeat(65)]: [1] }],
    ["a column that is a position", { a: [1], "1023": [1] }],
    ["a column that each object has by itself", { a: [1], valueOf: [1] }],
    ["a column __proto__", JSON.parse('{"a":[1],"__proto__":[{"polluted":true}]}')],
  ])("%s", (_, told) => {
    expect(recordsOf(told)).toBeUndefined();
  });

  test("columns of nothing are an empty list, and one of thousands of names a record", () => {
    expect(recordsOf({ a: [], b: [] })).toEqual([]);
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`n${at}`, [at]]));
    expect(recordsOf(wide)).toEqual([Object.fromEntries(Object.entries(wide).map(([name, [at]]) => [name, at]))]);
  });
});
