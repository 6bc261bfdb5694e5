import * as z from "@outrigger/protocol/zod";
import * as mini from "@outrigger/protocol/zod-mini";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { Schema } from "./contract.js";
import { compiledSchema } from "./schema-compiler.js";

const nested = z.object({
  id: z.uuid().or(z.number()),
  rows: z.array(z.object({ name: z.string().min(2), tags: z.array(z.string()).optional(), at: z.coerce.date() })),
  kind: z.discriminatedUnion("as", [
    z.object({ as: z.literal("a"), n: z.int() }),
    z.strictObject({ as: z.literal("b") }),
  ]),
  more: z.record(z.string(), z.looseObject({ ok: z.boolean().default(true) })),
  pair: z.tuple([z.string(), z.number().min(1).nullable()]).optional(),
});
const row = () => ({ name: "row", tags: ["x"], at: "2026-01-01T00:00:00.000Z" });
const good = () => ({ id: 7, rows: [row(), row()], kind: { as: "a", n: 1 }, more: { a: {} }, pair: [" x ", null] });

afterEach(() => void z.config({ jitless: false }));

const outcome = (schema: Schema, value: unknown): unknown => schema["~standard"].validate(value);

test("what zod checks slowly is compiled, what it checks with one comparison a member is not", () => {
  const slow = [
    nested,
    z.array(z.string()),
    z.record(z.string(), z.number()),
    z.object({ limit: z.int().default(10) }),
    z.object({ name: z.string().min(1) }),
    z.object({ id: z.uuid().optional() }),
    z.object({ inner: z.object({ n: z.number() }) }),
    mini.object({ a: mini.number() }),
  ];
  for (const schema of slow) expect(compiledSchema(schema)).not.toBe(schema);
  const quick = [
    z.object({ a: z.number(), b: z.string().optional(), c: z.enum(["x"]).nullable(), at: z.date() }),
    z.string(),
    z.boolean().optional(),
    z.unknown(),
    mini.string(),
  ];
  for (const schema of quick) expect(compiledSchema(schema)).toBe(schema);
});

const list = (part: z.ZodType) => z.array(z.object({ part }));
const other = z.string();
Object.assign(other._zod, { version: { ...other._zod.version, patch: 1_000 } });
let blocks: z.ZodType = z.object({ text: z.string() });
for (let depth = 0; depth < 30; depth++) blocks = z.object({ left: blocks.optional(), right: blocks.optional() });
const tree = z.object({
  get children() {
    return z.array(tree);
  },
});

const throwing = z.object({
  get late(): z.ZodString {
    throw new Error("not yet");
  },
});

test.each<[string, z.ZodType]>([
  ["a refinement", list(z.string().refine(() => true))],
  ["a check of the author's", list(z.any().check(() => {}))],
  ["a transform", list(z.string().transform((text) => text.length))],
  ["an overwritten value", list(z.string().trim())],
  ["a class", list(z.instanceof(Uint8Array))],
  ["a format of the author's", list(z.stringFormat("mine", () => true))],
  ["such a format as a check", list(z.string().check(z.stringFormat("mine", () => true) as never))],
  ["a value for what is wrong", list(z.string().catch("x"))],
  ["a lazy part", list(z.lazy(() => z.string()))],
  ["a length of what may be null", list(z.nullable(z.string()).check(z.maxLength(9) as never))],
  ["a bound of anything", list(z.any().check(z.gt(1)))],
  ["a part of another zod", list(other)],
  ["itself", tree],
  ["parts without end", blocks],
  ["a shape that throws", list(throwing)],
  ["251 parts", z.object(Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`m${n}`, z.string().min(1)])))],
])("a schema with %s stays as it is", (_, schema) => expect(compiledSchema(schema)).toBe(schema));

test("250 parts are compiled, unless code made at run time is forbidden", () => {
  const wide = z.object(Object.fromEntries(Array.from({ length: 249 }, (_, n) => [`m${n}`, z.string().min(1)])));
  expect(compiledSchema(wide)).not.toBe(wide);
  z.config({ jitless: true });
  expect(compiledSchema(wide)).toBe(wide);
});

test("a compiled schema says what the schema says, of anything", () => {
  const faster = compiledSchema(nested);
  expect(outcome(faster, good())).toStrictEqual({ value: nested.parse(good()) });
  const spoiled = fc
    .tuple(
      fc.constantFrom(
        "id",
        "rows",
        "kind",
        "more",
        "pair",
        "rows.0",
        "rows.1.name",
        "rows.1.at",
        "more.a",
        "kind.n",
        "new",
      ),
      fc.oneof(fc.anything(), fc.constant(undefined), fc.constantFrom("b", "a", [], {}, 1, Number.NaN, "x", [1], null)),
    )
    .map(([path, value]) => {
      const whole: Record<string, unknown> = good();
      const names = path.split(".");
      const last = names.pop() as string;
      const at = names.reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], whole);
      (at as Record<string, unknown>)[last] = value;
      return whole;
    });
  const hostile = JSON.parse('{"__proto__":{"id":1},"id":1,"rows":[],"kind":{"as":"a","n":1},"more":{"__proto__":{}}}');
  expect(outcome(faster, hostile)).toStrictEqual(outcome(nested, hostile));
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.jsonValue()), (value) => {
      expect(outcome(faster, value)).toStrictEqual(outcome(nested, value));
    }),
    { numRuns: 1000 },
  );
});
