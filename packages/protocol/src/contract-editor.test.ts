import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";

const contractPath = fileURLToPath(new URL("contract-of-a-user.ts", import.meta.url));
const usePath = fileURLToPath(new URL("use-of-a-contract.ts", import.meta.url));

// Files as a user writes them; they exist in memory only.
const files = new Map([
  [
    contractPath,
    `import { z } from "zod";
import { defineContract, notification, request, stream } from "./index.js";
import { pluginContract } from "./plugin-contract.js";

const person = z.object({ name: z.string().min(1), born: z.iso.date().optional() });
export const greet = request({
  params: person.extend({ times: z.int().default(1) }),
  result: z.object({ text: z.string(), at: z.string().transform((text) => new Date(text)) }),
});
export const load = request({
  params: z.object({ into: z.string() }),
  result: z.int(),
  input: z.object({ at: z.string().transform((text) => new Date(text)) }),
});
export const greeter = defineContract({
  name: "acme.greeter",
  version: 1,
  hostToWorker: {
    greet,
    tail: stream({ params: z.object({ file: z.string() }), item: z.union([z.string(), z.null()]) }),
    flush: notification({ params: z.object({ level: z.enum(["soft", "hard"]) }) }),
  },
  workerToHost: { "state.get": request({ params: z.object({ key: z.string() }), result: z.string().nullable() }) },
});
export const product = defineContract({
  name: "acme.product",
  version: 1,
  hostToWorker: { ...pluginContract.hostToWorker, greet },
  workerToHost: pluginContract.workerToHost,
});
`,
  ],
  [
    usePath,
    `import type { Handlers, HostToWorker, Remote } from "./index.js";
import { greeter } from "./contract-of-a-user.js";
declare const worker: Remote<HostToWorker<typeof greeter>>;
worker.request("gret", { name: "Ada" });
worker.request("greet", { name: 1 });
worker.notify("flush", { level: "medium" });
type All = Handlers<HostToWorker<typeof greeter>, unknown>;
export const missing: All = { greet: () => ({ text: "", at: "" }), flush() {} };
export const wrong: All = { greet: () => ({ text: "" }), flush() {}, tail: () => [] };
`,
  ],
]);

let declaration = "";
let errors: string[] = [];

beforeAll(() => {
  const configPath = fileURLToPath(new URL("../tsconfig.json", import.meta.url));
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, fileURLToPath(new URL("..", import.meta.url)));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.getSourceFile = (path, language) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, language) : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: false, emitDeclarationOnly: true }, host);
  const contract = program.getSourceFile(contractPath);
  expect(program.getSemanticDiagnostics(contract).map(({ messageText }) => messageText)).toEqual([]);
  program.emit(contract, (_, text) => {
    declaration = text;
  });
  errors = program
    .getSemanticDiagnostics(program.getSourceFile(usePath))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}, 60_000);

test("the declaration of a contract file names plain types and no schema library", () => {
  expect(declaration).toContain("name: string;");
  expect(declaration).toContain("readonly executeTool:");
  expect(declaration).not.toMatch(/zod|valibot|\bz\.|\$strip|\$Zod|core\.|StandardSchema|~standard/i);
});

test("the declaration shows input and output of each schema", () => {
  const squeezed = declaration.replace(/\s+/g, " ");
  expect(squeezed).toContain(
    "RequestMethod<{ name: string; born?: string | undefined; times?: number | undefined; }, " +
      "{ name: string; times: number; born?: string | undefined; }, " +
      "{ text: string; at: string; }, { text: string; at: Date; }",
  );
  expect(squeezed).toContain("TakesInput<{ at: string; }, { at: Date; }>");
});

test("an editor names the methods there are, and the param that is wrong", () => {
  expect(errors[0]).toBe(`Argument of type '"gret"' is not assignable to parameter of type '"greet"'.`);
  expect(errors[1]).toBe("Type 'number' is not assignable to type 'string'.");
  expect(errors[2]).toBe(`Type '"medium"' is not assignable to type '"soft" | "hard"'.`);
});

test("an editor names the handler that is missing, and the member its result lacks", () => {
  expect(errors[3]).toMatch(/Property 'tail' is missing/);
  expect(errors[4]).toMatch(/Property 'at' is missing in type '{ text: string; }'/);
});
