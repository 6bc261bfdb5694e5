import { expect, test } from "vitest";
import { peerPair } from "../test/peer-pair.js";
import { type Method, notification, request, type Schema, stream } from "./contract.js";
import { createMethodTable, type MethodTable } from "./method-table.js";
import { compileSchemasOf } from "./schema-compiler.js";

const schemaOf = (vendor: string): Schema => ({
  "~standard": { version: 1, vendor, validate: (value: unknown) => ({ value }) },
});

const compiled: Schema[] = [];
compileSchemasOf("compilable", () => {
  const faster = schemaOf("compiled");
  compiled.push(faster);
  return faster;
});

const lookUp = (table: MethodTable, name: string, times: number): Method | undefined => {
  let found: Method | undefined;
  for (let time = 0; time < times; time++) found = table.get(name);
  return found;
};

test("a method called often has the schemas compiled that this end checks, once for all tables", () => {
  const [params, result, progress] = [schemaOf("compilable"), schemaOf("compilable"), schemaOf("compilable")];
  const methods = { busy: request({ params, result, progress, timeoutMs: 7 }) };
  const [incoming, outgoing] = [createMethodTable(methods, "incoming"), createMethodTable(methods, "outgoing")];
  expect(lookUp(incoming, "busy", 1023)).toBe(methods.busy);
  expect(compiled).toEqual([]);
  const taken = lookUp(incoming, "busy", 1);
  expect(compiled).toHaveLength(1);
  expect(taken).toStrictEqual({ ...methods.busy, params: compiled[0] });
  expect(taken).toMatchObject({ result, progress });
  const sent = lookUp(outgoing, "busy", 1024);
  expect(compiled).toHaveLength(3);
  expect(sent).toStrictEqual({ ...methods.busy, result: compiled[1], progress: compiled[2] });
  expect((sent as typeof methods.busy).params).toBe(params);

  lookUp(incoming, "busy", 3000);
  expect(createMethodTable(methods, "incoming").get("busy")).toBe(taken);
  expect(compiled).toHaveLength(3);
  expect(methods.busy.params).toBe(params);
});

test("each method is counted by itself: called in turn they are all compiled, and who is seldom called is not", () => {
  const names = ["one", "two", "three", "four"];
  const method = () => notification({ params: schemaOf("compilable") });
  const methods = Object.fromEntries([...names, "seldom"].map((name) => [name, method()]));
  const table = createMethodTable(methods, "incoming");
  table.get("seldom");
  for (let turn = 0; turn < 1024; turn++) for (const name of names) table.get(name);
  for (const name of names) expect(table.get(name)).not.toBe(methods[name]);
  expect(table.get("seldom")).toBe(methods.seldom);
});

test("what is checked for each of many items is compiled for the first call", () => {
  const [params, item, input] = [schemaOf("other"), schemaOf("compilable"), schemaOf("compilable")];
  const methods = { items: stream({ params, item }), upload: request({ params, result: params, input }) };
  const before = compiled.length;
  expect(createMethodTable(methods, "incoming").get("items")).toBe(methods.items);
  expect(createMethodTable(methods, "outgoing").get("upload")).toBe(methods.upload);
  expect(compiled).toHaveLength(before);
  expect(createMethodTable(methods, "outgoing").get("items")).toStrictEqual({
    ...methods.items,
    item: compiled[before],
  });
  const upload = createMethodTable(methods, "incoming").get("upload");
  expect(upload).toStrictEqual({ ...methods.upload, input: compiled[before + 1] });
});

test("only own names are methods", () => {
  const table = createMethodTable({ own: request({ params: schemaOf("x"), result: schemaOf("x") }) }, "incoming");
  expect(table.get("constructor")).toBeUndefined();
  expect([...table.names()]).toEqual(["own"]);
});

test.each<[string, () => unknown]>([
  ["throws", () => (Object(undefined) as { no: { such: unknown } }).no.such],
  ["returns nothing", () => undefined],
  ["returns what is no schema", () => ({ parse: () => 1 })],
])("a schema whose compiler %s stays as it is", (_, compile) => {
  compileSchemasOf("broken", compile);
  const schema = schemaOf("broken");
  const table = createMethodTable({ call: request({ params: schema, result: schema }) }, "incoming");
  expect((lookUp(table, "call", 1024) as { params: unknown }).params).toBe(schema);
});

test("what is no compiler is refused at once", () => {
  const give = () => compileSchemasOf("old", undefined as never);
  expect(give).toThrow(new TypeError("the compiler of old's schemas: expected a function, got undefined"));
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
  // One end checks the params, the other the result.
  expect(checks).toEqual({ plain: 2 * 1023, compiled: 2 * (1100 - 1023) });
});
