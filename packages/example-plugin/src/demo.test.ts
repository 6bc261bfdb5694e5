import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { ownDependencies } from "../test/real-markdown.js";
import { runDemo } from "../test/run-demo.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "demo-"));
});
afterEach(() => rm(root, { recursive: true }));

/** Anything a terminal would take for a command: escapes, returns, backspaces. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f\u009b]/;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const pidsIn = (text: string) => [...text.matchAll(/\bpid (\d+)/g)].map(([, pid]) => Number(pid));

test("the tour: every step says what it showed, nothing is left, and the output is clean", {
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await runDemo([]);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toMatch(CONTROL);
  const steps = [
    /^ 1 Start: /,
    /^ {3}worker docs-search has pid \d+, this host \d+; ready in /,
    /^ {3}ok the contract fits/,
    /^ 2 Index: /,
    /^ {3}[\d,]{3,} files, [\d,]{4,} sections, \d+ left out/,
    /^ {3}ok indexed in /,
    /^ 3 Search/,
    /^ {3}redact sensitive information {2}\d+ sections? in [\d.]+ m?s/,
    /^ {5}pino\/docs\/redaction\.md:\d+ {2}Redaction/,
    /^ {7}.*\[redact\] \[sensitive\] \[information\]/,
    /^ {3}did you mean: redaction of sensitive paths\?/,
    /^ 4 Stream: /,
    /^ {3}ok 3 are enough/,
    /^ 5 A nested call/,
    /^ {3}worker -> host {2}state\.get/,
    /^ +scope \{"tenant":"handbook"\}, invocation \S+/,
    /^ {3}another tenant sees 0 of the \d+ files/,
    /^ {3}without a scope: INVOCATION_SCOPE_DENIED/,
    /^ 6 Webhook/,
    /^ {3}signed by the forge: 200 1 of 1 files refreshed/,
    /^ {3}signed by a guess: {3}401/,
    /^ 7 kill -9/,
    /^ {3}the job reindex is at file \d+ of \d+: kill -9 \d+/,
    /^ {3}the caller was told in [\d.]+ ms: WORKER_UNAVAILABLE runJob: .*SIGKILL/,
    /^ {3}the host was told: signal SIGKILL, restart in 200 ms/,
    /^ {3}pid \d+ serves [\d.]+ m?s after the kill/,
    /^ 8 The same search/,
    /^ {3}ok the same hits as before/,
    /^ 9 Stop gracefully/,
    /^ {3}the call in flight was answered with 3 hits/,
    /^ {3}ok pid \d+ drained and ended by itself/,
    /^10 Diagnostics/,
    /^ {3}│ docs-search │ stopped │ 2 +│ 1 +│ signal SIGKILL │/,
    /^Done in /,
  ];
  const lines = stdout.split("\n");
  let from = 0;
  for (const step of steps) {
    const at = lines.findIndex((line, index) => index >= from && step.test(line));
    expect(at, `${step} after line ${from}:\n${stdout}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
  const pids = pidsIn(stdout);
  expect(new Set(pids).size).toBe(2);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(Number(/Done in ([\d.]+) s/.exec(stdout)?.[1])).toBeLessThan(30);
});

describe("a step that goes wrong makes the demo fail", () => {
  /** The build, in a repository of its own. */
  const elsewhere = async (...files: string[]) => {
    // Below this package, where the installed dependencies are found.
    const folder = await mkdtemp(join(inject("demoBuild"), "elsewhere-"));
    for (const file of files) await cp(join(inject("demoBuild"), file), join(folder, file));
    await writeFile(join(folder, "pnpm-workspace.yaml"), "");
    return folder;
  };

  test("no dependencies to index", async () => {
    const { code, stdout } = await runDemo([], { folder: await elsewhere("demo.js", "plugin.js") });
    expect(stdout).toMatch(/failed params\.path: there is no folder .*node_modules/);
    expect(code).toBe(1);
  });

  test("too few of them", async () => {
    const folder = await elsewhere("demo.js", "plugin.js");
    await mkdir(join(folder, "node_modules"));
    await writeFile(join(folder, "node_modules", "README.md"), "# Only one");
    const { code, stdout } = await runDemo([], { folder });
    expect(stdout).toMatch(/failed expected more than 100 files in .*node_modules; run pnpm install first/);
    expect(code).toBe(1);
  });

  test("a plugin that was not built", async () => {
    const { code, stdout } = await runDemo([], { folder: await elsewhere("demo.js") });
    expect(stdout).toMatch(/failed .*there is no file .*plugin\.js; build the plugin/);
    expect(code).toBe(1);
  });
});

describe("a folder of the user's", () => {
  test("is searched", async () => {
    await writeFile(join(root, "fruit.md"), "# Fruit\n\n## Apples\n\nRed and green ones.\n");
    const { code, stdout, stderr } = await runDemo([root, "green", "apples"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toMatch(CONTROL);
    expect(stdout).toContain("1 file, 2 sections");
    expect(stdout).toContain("green apples  1 section in ");
    expect(stdout).toContain("fruit.md:3  Fruit › Apples\n     Red and [green] ones.");
  });

  test.skipIf(process.platform === "win32")("in clean lines, whatever its files are called", async () => {
    await writeFile(join(root, "a\u001b[31m\n.md"), "# Apples\n\nRed\u001b[31m ones.\n");
    await writeFile(join(root, "b\u001b[31m.md"), "\0");
    const { code, stdout } = await runDemo([root, "red"]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(CONTROL);
    expect(stdout).toContain("left out: b?[31m.md: it is not text");
    expect(stdout).toContain("a?[31m?.md:1  Apples\n     [Red] ones.");
  });

  test("in colour when asked for, still without a bar", async () => {
    await writeFile(join(root, "fruit.md"), "# Apples\n\nRed ones.\n");
    const forced = await runDemo([root, "red"], { env: { FORCE_COLOR: "1" } });
    expect(forced.stdout).toContain("\u001b[33mRed\u001b[39m");
    expect(forced.stdout).not.toContain("\u001b[?25l");
    const both = await runDemo([root, "red"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(both.stdout).not.toMatch(CONTROL);
  });

  test.each([
    ["is not there", () => [join(root, "gone"), "apples"], 2, /there is no folder .*gone\nHow to use it/],
    ["is a file", () => [import.meta.filename, "apples"], 2, /is a file; expected the folder/],
    ["comes without a query", () => [root], 2, /expected a query after the folder/],
    ["is an option", () => ["--fold", root], 2, /Unknown option '--fold'/],
    ["is empty", () => [root, "apples"], 1, /failed it has no Markdown: expected \.md/],
    ["holds nothing that matches", () => [join(ownDependencies, "minisearch"), "zzyzx"], 1, /failed nothing matches/],
  ])("that %s", async (_what, args, code, message) => {
    const run = await runDemo(args());
    expect(run.stdout + run.stderr).toMatch(message);
    expect(run.code).toBe(code);
  });

  test("--help tells how", async () => {
    const { code, stdout } = await runDemo(["--help"]);
    expect(stdout).toMatch(/^Usage: demo/);
    expect(code).toBe(0);
  });
});

test.skipIf(process.platform === "win32")("Ctrl-C stops the demo and its worker", async () => {
  let interrupted = false;
  const { code, stdout, stderr } = await runDemo([], {
    onOutput: (seen, { pid }) => {
      if (interrupted || !seen.includes("2 Index") || pid === undefined) return;
      interrupted = true;
      // As a terminal does: the whole group.
      process.kill(-pid, "SIGINT");
    },
  });
  expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
  expect(stdout).toContain("stopped by Ctrl-C");
  expect(stdout).not.toContain("3 Search");
  expect(pidsIn(stdout).filter(isAlive)).toEqual([]);
});
