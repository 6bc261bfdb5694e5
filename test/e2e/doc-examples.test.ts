import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { embedExamples, exampleNames, examplesFolder } from "./doc-examples.js";

const guides = ["calls", "tracing"].map((name) => new URL(`../../docs/${name}.md`, import.meta.url).pathname);
const names = await exampleNames();

// After a change on purpose: `vitest run doc-examples -u` in this folder, twice, writes first the outputs, then the guides.
it.each(names)("the example %s prints what is said", async (name) => {
  // Nothing of this test run: a plain script of a user.
  const env = { PATH: process.env.PATH ?? "" };
  const entry = join(inject("fixtures"), "examples", name, "host.js");
  const run = spawnSync(process.execPath, [entry], { env, encoding: "utf8", timeout: 20_000 });
  expect(run, run.stderr).toMatchObject({ status: 0, signal: null });
  await expect(run.stdout).toMatchFileSnapshot(join(examplesFolder, name, "output.txt"));
});

it("docs/calls.md and docs/tracing.md show the examples as they run", async () => {
  const shown: string[] = [];
  for (const guide of guides) {
    const { text, files } = await embedExamples(await readFile(guide, "utf8"));
    await expect(text).toMatchFileSnapshot(guide);
    shown.push(...files);
  }
  const all = await Promise.all(
    names.map(async (name) => (await readdir(join(examplesFolder, name))).map((file) => `${name}/${file}`)),
  );
  expect(all.flat().filter((file) => !shown.includes(file))).toEqual([]);
});

it("a code block that is not the file's is replaced", async () => {
  const { text } = await embedExamples("a\n```text 03-progress/output.txt\n0 of 7\n```\nb\n");
  expect(text).toBe("a\n```text 03-progress/output.txt\n1 of 2\n2 of 2\nimported 2\n```\nb\n");
});
