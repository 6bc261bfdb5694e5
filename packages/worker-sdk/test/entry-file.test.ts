import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixture } from "./support/fixture.js";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-entry-"));
  const plugin = (name: string) => `definePlugin(pluginContract, {}, { name: "${name}" })`;
  const files: Record<string, string> = {
    "plugin.mjs": `import { definePlugin, pluginContract, serve } from "./sdk.mjs"; serve(${plugin("plugin")});`,
    "late.mjs": `import { definePlugin, pluginContract, serve } from "./sdk.mjs";
      const later = async () => { await new Promise(setImmediate); serve(${plugin("late")}); };
      await later();`,
    "kit.mjs": `import { definePlugin, pluginContract, serve } from "./sdk.mjs";
      export const run = (name) => serve(definePlugin(pluginContract, {}, { name }));`,
    "with-kit.mjs": `import { run } from "./kit.mjs"; run("with-kit");`,
    "wrapper.mjs": `import "./plugin.mjs";`,
    "other.mjs": `import { definePlugin, pluginContract, serve } from "./sdk.mjs"; import "./plugin.mjs"; serve(${plugin("other")});`,
    "other-copy.mjs": `import { definePlugin, pluginContract, serve } from "./sdk-copy.mjs"; import "./plugin.mjs"; serve(${plugin("other-copy")});`,
    "thread.mjs": `import { Worker } from "node:worker_threads"; new Worker(new URL("./plugin.mjs", import.meta.url));`,
    "odd-thread.mjs": `import { Worker } from "node:worker_threads";
      const execArgv = ["--import", "data:text/javascript,process.chdir=()=>{}"];
      new Worker(new URL("./plugin.mjs", import.meta.url), { execArgv });`,
    "script.cjs": `require("./plugin.js");`,
    "package/package.json": `{ "type": "module", "exports": "./main.js", "main": "./main.js" }`,
    "package/main.js": `import { definePlugin, pluginContract, serve } from "../sdk.mjs"; serve(${plugin("main")});`,
  };
  await mkdir(join(folder, "package"));
  for (const [file, code] of Object.entries(files)) await writeFile(join(folder, file), code);
  for (const copy of ["sdk.mjs", "sdk-copy.mjs"]) await copyFile(fixture("sdk-copy"), join(folder, copy));
  await build({
    ...{ entryPoints: [join(folder, "plugin.mjs")], outfile: join(folder, "plugin.js") },
    ...{ bundle: true, format: "cjs", platform: "node", target: "node20.19", logLevel: "error" },
  });
  await symlink(join(folder, "plugin.mjs"), join(folder, "linked"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The name of the plugin that answers; `undefined` when the process ends without a word, and stdin is still open. */
async function servedBy(args: readonly string[], env: Record<string, string>): Promise<string | undefined> {
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["pipe", "pipe", "pipe"] });
  try {
    const offer = { protocol: { min: 1, max: 1 }, contract: { name: "outrigger.plugin", version: 1 }, features: [] };
    const params = { ...offer, limits: {}, workerId: "w", capabilities: [] };
    child.stdin.on("error", () => {});
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params })}\n`);
    child.stdout.once("data", () => child.stdin.end());
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(err).toBe("");
    return out === "" ? undefined : JSON.parse(out).result.plugin.name;
  } finally {
    child.kill("SIGKILL");
  }
}

const byHost = { OUTRIGGER_WORKER_ID: "w" };
const byHand = {};

test.each([
  ["a plugin's file", "plugin.mjs", "plugin"],
  ["a bundle to CommonJS", "plugin.js", "plugin"],
  ["a CommonJS name without its extension", "./plugin", "plugin"],
  ["a link", "linked", "plugin"],
  ["a package folder", "package", "main"],
  ["after an await", "late.mjs", "late"],
  ["through a kit", "with-kit.mjs", "with-kit"],
])("the entry serves, host's environment or not: %s", async (_, file, name) => {
  await expect(servedBy([file], byHand)).resolves.toBe(name);
  await expect(servedBy([file], byHost)).resolves.toBe(name);
});

test("the entry serves under Node's permission model, which hides the folders above it", async () => {
  const flag = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
  const entry = join(folder, "plugin.js");
  const args = ["--no-warnings", flag, "--allow-worker", `--allow-fs-read=${entry}`, entry];
  await expect(servedBy(args, byHand)).resolves.toBe("plugin");
  await expect(servedBy(args, byHost)).resolves.toBe("plugin");
});

test.each([
  ["an import", ["wrapper.mjs"]],
  ["a require", ["script.cjs"]],
  ["a dynamic import of code on the command line", ["--input-type=module", "-e", 'await import("./plugin.mjs")']],
  ["a thread", ["thread.mjs"]],
])("importing a plugin's file starts nothing: %s", async (_, args) => {
  await expect(servedBy(args, byHand)).resolves.toBeUndefined();
});

test.each(["thread.mjs", "odd-thread.mjs"])("a thread of a worker serves nothing: %s", async (file) => {
  await expect(servedBy([file], byHost)).resolves.toBeUndefined();
});

test.each([
  ["wrapper.mjs", "plugin"],
  ["script.cjs", "plugin"],
  ["other.mjs", "other"],
  ["other-copy.mjs", "other-copy"],
])("started by a host, what %s serves itself goes before what it imports", async (file, name) => {
  await expect(servedBy([file], byHost)).resolves.toBe(name);
});
