import { expect, test } from "vitest";
import { peerPair } from "../test/peer-pair.js";
import { type Method, request, type Schema, stream } from "./contract.js";
import { createMethodTable } from "./method-table.js";
import { compileSchemasOf } from "./schema-compiler.js";

const schemaOf = (vendor: string): Schema => ({
  "~standard": { version: 1, vendor, validate: (value: unknown) => ({ value }) },
});

let compiles = 0;
const compiled = new Set<unknown>();
compileSchemasOf("compilable", () => {
  compiles++;
  const faster = schemaOf("compilable");
  compiled.add(faster);
  return faster;
});

const lookUp = (table: { get(name: string): Method | undefined }, name: string, times: number): Method | undefined => {
  let found: Method | undefined;
  for (let time = 0; time < times; time++) found = table.get(name);
  return found;
};

test("a method looked up often has its schemas compiled, once for all tables", () => {
  const [busy, idle] = [schemaOf("compilable"), schemaOf("compilable")];
  const methods = {
    busy: request({ params: busy, result: busy, progress: busy, input: busy, timeoutMs: 7 }),
    idle: request({ params: idle, result: idle }),
  };
  const table = createMethodTable(methods);
  expect(lookUp(table, "busy", 1023)).toBe(methods.busy);
  const faster = lookUp(table, "busy", 1);
  expect(faster).toMatchObject({ kind: "request", timeoutMs: 7, optional: false });
  for (const part of ["params", "result", "progress", "input"] as const) {
    expect(compiled.has((faster as typeof methods.busy)[part])).toBe(true);
  }
  expect(compiles).toBe(4);
  expect(table.get("busy")).toBe(faster);
  expect(table.get("idle")).toBe(methods.idle);
  expect(methods.busy.params).toBe(busy);

  lookUp(table, "busy", 3000);
  expect(lookUp(createMethodTable(methods), "busy", 1024)).toBe(faster);
  expect(compiles).toBe(4);
});

test("a stream's items are compiled; parts a method does not have stay away", () => {
  const [schema, other] = [schemaOf("compilable"), schemaOf("not compilable")];
  const faster = lookUp(createMethodTable({ items: stream({ params: other, item: schema }) }), "items", 1024);
  expect(faster).toMatchObject({ kind: "stream", params: other });
  expect(compiled.has((faster as unknown as { item: unknown }).item)).toBe(true);
  expect(faster).not.toHaveProperty("input");
  expect(faster).not.toHaveProperty("result");
});

test("only own names are methods", () => {
  const table = createMethodTable({ own: request({ params: schemaOf("x"), result: schemaOf("x") }) });
  expect(lookUp(table, "constructor", 2048)).toBeUndefined();
  expect([...table.names()]).toEqual(["own"]);
});

test("a schema whose compiler throws stays as it is", () => {
  compileSchemasOf("broken", () => {
    throw new Error("no code for this");
  });
  const schema = schemaOf("broken");
  expect(lookUp(createMethodTable({ call: request({ params: schema, result: schema }) }), "call", 1024)).toMatchObject({
    params: schema,
  });
});

test("both ends of a channel check with the compiled schemas of what is called often", async () => {
  const checks = { plain: 0, compiled: 0 };
  const counting = (as: keyof typeof checks): Schema => ({
    "~standard": {
      version: 1,
      vendor: as === "plain" ? "counted" : "compiled",
      validate(value: unknown) {
        checks[as]++;
        return { value };
      },
    },
  });
  compileSchemasOf("counted", () => counting("compiled"));
  const methods = { call: request({ params: counting("plain"), result: counting("plain") }) };
  const { host } = peerPair(methods, { call: (params) => params });
  for (let call = 0; call < 1100; call++) expect(await host.request("call", call)).toBe(call);
  // Looked up for the call that is compiled, too: by whoever checks its params, and who checks its result.
  expect(checks).toEqual({ plain: 2 * 1023, compiled: 2 * (1100 - 1023) });
});
