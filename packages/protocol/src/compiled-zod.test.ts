import * as z from "@outrigger/protocol/zod";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { compiledSchema } from "./schema-compiler.js";

const nested = z.object({
  id: z.uuid().or(z.number()),
  rows: z.array(z.object({ name: z.string().min(2), tags: z.array(z.string()).optional(), at: z.coerce.date() })),
  kind: z.discriminatedUnion("as", [
    z.object({ as: z.literal("a"), n: z.int() }),
    z.strictObject({ as: z.literal("b") }),
  ]),
  more: z.record(z.string(), z.looseObject({ ok: z.boolean().default(true) })),
  pair: z.tuple([z.string().trim(), z.number().nullable()]).optional(),
});
const row = () => ({ name: "row", tags: ["x"], at: "2026-01-01T00:00:00.000Z" });
const good = () => ({ id: 7, rows: [row(), row()], kind: { as: "a", n: 1 }, more: { a: {} }, pair: [" x ", null] });

afterEach(() => void z.config({ jitless: false }));

const outcome = (schema: z.ZodType, value: unknown): unknown => schema["~standard"].validate(value);

test("schemas with containers in them are compiled; others stay as they are", () => {
  expect(compiledSchema(nested)).not.toBe(nested);
  expect(compiledSchema(z.array(z.string()))).not.toBeInstanceOf(z.ZodString);
  for (const flat of [z.object({ a: z.number(), b: z.string() }), z.string(), z.unknown()]) {
    expect(compiledSchema(flat)).toBe(flat);
  }
});

test("nothing is compiled where code made at run time is forbidden, or by another version", () => {
  const other = z.object({ list: z.array(z.string()) });
  Object.assign(other._zod, { version: { ...other._zod.version, patch: 1_000 } });
  expect(compiledSchema(other)).toBe(other);
  z.config({ jitless: true });
  expect(compiledSchema(nested)).toBe(nested);
});

test("a compiled schema says what the schema says, of anything", () => {
  const faster = compiledSchema(nested);
  expect(outcome(faster, good())).toEqual({ value: nested.parse(good()) });
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
  expect(outcome(faster, hostile)).toEqual(outcome(nested, hostile));
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.jsonValue()), (value) => {
      expect(outcome(faster, value)).toEqual(outcome(nested, value));
    }),
    { numRuns: 1000 },
  );
});
