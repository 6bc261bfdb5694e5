import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, inject, it } from "vitest";

const modules = join(inject("consumer"), "node_modules");
const text = (file: string): Promise<string> => readFile(join(modules, file), "utf8");

/** Runs it as a module of the consumer, and returns what it logs as JSON. */
function run(code: string): unknown {
  const args = ["--input-type=module", "--eval", `${code}; console.log(JSON.stringify(answer));`];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: inject("consumer"), encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return JSON.parse(stdout);
}
/** What it imports, by name. */
async function importsOf(code: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: code, sourcefile: "file.js" },
    ...{ bundle: true, format: "esm", external: ["*"], write: false, metafile: true, logLevel: "silent" },
  });
  return metafile.inputs["file.js"]?.imports.map(({ path }) => path) ?? [];
}
const both = 'import * as file from "@outrigger/protocol/zod"; import * as zod from "zod";';

it.each(["zod", "zod-mini"])("Node loads %s from one file, with its licence", async (entry) => {
  const code = await text(`@outrigger/protocol/dist/${entry}.js`);
  expect(await importsOf(code)).toEqual(["@outrigger/protocol", "module"]);
  expect(code).not.toMatch(/Entr\S+e invalide/);
  expect(code).toContain(await text("zod/LICENSE"));
});

it("the ready-made contract loads the small file", async () => {
  const code = await text("@outrigger/protocol/dist/plugin-contract.js");
  const imported = await importsOf(code);
  const others = imported.filter((name) => !name.startsWith("./chunk-"));
  expect(new Set(others)).toEqual(new Set(["@outrigger/protocol/zod-mini"]));
});

it("the file is the zod that its types are of", async () => {
  const { dependencies } = JSON.parse(await text("@outrigger/protocol/package.json"));
  expect(JSON.parse(await text("zod/package.json")).version).toBe(dependencies.zod);
  const names = run(`${both} const answer = [file, file.z, zod].map((all) => Object.keys(all).sort())`);
  const [ofFile, ofZ, ofZod] = names as [string[], string[], string[]];
  expect(ofFile).toEqual(ofZod);
  expect(ofZod).toEqual(expect.arrayContaining(ofZ));
  expect(ofZ).toContain("discriminatedUnion");
});

it("nobody changes it for others in the process", () => {
  const answer =
    run(`import { z as file } from "@outrigger/protocol/zod"; import { z as mini } from "@outrigger/protocol/zod-mini";
    const changed = [file, file.core, file.util, file.locales, mini, mini.core].filter((all) => Reflect.set(all, "string", 1));
    const answer = changed.length`);
  expect(answer).toBe(0);
});

it("its small half says what is wrong as zod does, but in the language that was chosen before", () => {
  const validate = `["~standard"].validate({ n: "1" }).issues[0].message`;
  const mini = 'import * as z from "@outrigger/protocol/zod-mini";';
  expect(run(`${mini} const answer = z.object({ n: z.int() })${validate}`)).toBe(
    "Invalid input: expected number, received string",
  );
  const chosen = `import * as zod from "zod/mini"; zod.config(zod.locales.de());
    const z = await import("@outrigger/protocol/zod-mini");`;
  expect(run(`${chosen} const answer = z.object({ n: z.int() })${validate}`)).toMatch(/^Ungültige Eingabe: /);
});

it("it mixes with a zod of the user's own", () => {
  const answer = run(`${both}
    const name = zod.string().max(3).describe("short");
    const mixed = zod.object({ inner: file.object({ name }) });
    const { error } = mixed.safeParse({ inner: { name: "long" } });
    const answer = [error instanceof file.ZodError, error.issues[0].path, file.toJSONSchema(mixed).properties.inner.properties.name]`);
  expect(answer).toEqual([true, ["inner", "name"], { type: "string", maxLength: 3, description: "short" }]);
});

it("it knows every translation, loaded when asked for", () => {
  const answer = run(`${both}
    const same = Object.keys(zod.locales).filter((name) => typeof file.locales[name] === "function");
    file.config(file.locales.fr());
    const answer = [same.length, Object.keys(zod.locales).length, file.string().safeParse(1).error.issues[0].message]`);
  const [same, all, message] = answer as [number, number, string];
  expect(same).toBe(all);
  expect(all).toBeGreaterThan(40);
  expect(message).toMatch(/^Entrée invalide/);
});

it("schemas of what is called often are compiled: in the one file, and in files", () => {
  const rows = "z.object({ rows: z.array(z.object({ n: z.number() })) })";
  for (const entry of ["zod", "zod-mini"]) {
    const answer = run(`import * as z from "@outrigger/protocol/${entry}";
      import { linkedTransports, Peer, RpcError, request } from "@outrigger/protocol";
      const params = ${rows};
      let codes = 0;
      globalThis.Function = new Proxy(Function, { construct: (...given) => (codes++, Reflect.construct(...given)) });
      const methods = { call: request({ params, result: params }) };
      const serving = { methods, handlerErrorCode: -32000, handle: ({ params }) => params };
      const [left, right] = linkedTransports();
      const host = new Peer({ transport: left, outgoing: methods, serving: { ...serving, methods: {} } });
      const worker = new Peer({ transport: right, outgoing: {}, serving });
      host.start();
      worker.start();
      const call = (n) => host.request("call", { rows: [{ n }] }).catch((error) => error.message);
      const refused = [await call("x")];
      for (let n = 0; n < 1022; n++) await call(n);
      const before = codes;
      refused.push(await call("x"));
      const { rows } = await call(5);
      host.close(() => new RpcError(-1, "over"));
      const answer = { before, codes, refused: new Set(refused).size, message: refused[0], rows, same: methods.call.params === params }`);
    const message = expect.stringContaining("params.rows[0].n: ");
    expect(answer).toMatchObject({ refused: 1, message, rows: [{ n: 5 }], same: true });
    const { before, codes } = answer as { before: number; codes: number };
    expect(codes).toBeGreaterThan(before);
  }
});

it("a bundler is given zod's own files, of which it leaves out what nobody uses", async () => {
  const { metafile } = await build({
    stdin: {
      contents: 'import * as z from "@outrigger/protocol/zod"; console.log(z.object({ a: z.number() }))',
      resolveDir: inject("consumer"),
    },
    ...{ bundle: true, format: "esm", platform: "node", write: false, metafile: true, logLevel: "silent" },
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const bytesOf = (part: RegExp): number =>
    used.reduce((sum, [file, { bytesInOutput }]) => (part.test(file) ? sum + bytesInOutput : sum), 0);
  expect(bytesOf(/protocol\/dist\/zod\.js$/)).toBe(0);
  expect(bytesOf(/zod\/v4\/core\/schemas\.js$/)).toBeGreaterThan(0);
  expect(bytesOf(/zod\/v4\/locales\/fr\.js$/)).toBe(0);
  // Not minified: 50,000 of the compiler, and what an object's members are.
  expect(bytesOf(/zod\/v4\/core\/compile\.js$/)).toBeGreaterThan(0);
  expect(bytesOf(/zod/)).toBeLessThan(230_000);
});
