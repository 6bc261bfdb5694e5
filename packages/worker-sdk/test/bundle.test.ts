import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { greeter } from "./contracts/greeter.js";
import { startWorker } from "./support/worker-process.js";

test.each([
  ["esm", "plugin.mjs", false],
  ["esm", "plugin.mjs", true],
  ["cjs", "plugin.cjs", true],
] as const)(
  "a plugin bundled to one %s file (%s, minified: %s) runs without node_modules",
  async (format, file, minify) => {
    const folder = await mkdtemp(join(tmpdir(), "outrigger-bundle-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const outfile = join(folder, file);
    await build({
      entryPoints: [join(import.meta.dirname, "fixtures", "greeter.ts")],
      ...{ outfile, format, minify, bundle: true, platform: "node", target: "node20.19" },
      conditions: ["outrigger-source"],
      logLevel: "error",
    });
    expect(await readdir(folder)).toEqual([file]);

    const worker = startWorker("bundle", greeter, {
      entry: pathToFileURL(outfile),
      handle: () => "Lady",
    });
    await worker.initialize();
    await expect(worker.peer.request("greet", { name: "Ada" })).resolves.toEqual({ text: "Hello Lady Ada! " });
    await worker.peer.request("shutdown", {});
    await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
    expect(worker.stderr()).toBe("");
  },
);
