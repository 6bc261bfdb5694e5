import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { ErrorCode } from "@outrigger/protocol";
import { afterAll, describe, expect, test } from "vitest";
import { commandLauncher } from "./command-launcher.js";
import { workerEnvironment } from "./environment.js";
import { exitReason } from "./exit-reason.js";
import { inspectorFlags } from "./inspector-flags.js";
import type { Launcher, LaunchSpec, ProcessExit, WorkerProcess } from "./launcher.js";
import { nodeLauncher } from "./node-launcher.js";
import { readStderr } from "./stderr-reader.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-launch-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, code: string): string => {
  const path = join(folder, name);
  writeFileSync(path, code);
  return path;
};
const env = workerEnvironment({ workerId: "w", hostEnv: process.env, platform: process.platform });
const launch = (launcher: Launcher, spec: Partial<LaunchSpec> = {}): WorkerProcess =>
  launcher.launch({ workerId: "w", env, ...spec }) as WorkerProcess;
const script = (code: string, spec: Partial<LaunchSpec> = {}): WorkerProcess =>
  launch(commandLauncher([process.execPath, "-e", code]), spec);
const exitOf = (worker: WorkerProcess): Promise<ProcessExit> => new Promise((resolve) => worker.onExit(resolve));
const firstLine = async (worker: WorkerProcess): Promise<string> => {
  let line = "";
  while (!line.includes("\n")) line += String((await once(worker.stdout, "data"))[0]);
  return line.trim();
};

const REPORT = `console.log(JSON.stringify({ argv: process.argv.slice(1), execArgv: process.execArgv, env: process.env,
  cwd: process.cwd(), url: typeof module === "undefined" ? import.meta.url : null }))`;

describe("nodeLauncher", () => {
  test("starts the entry with its arguments, the given environment and nothing else of the host's", async () => {
    process.env.OUTRIGGER_TEST_SECRET = "s";
    const entry = file("it's a plugin.mjs", REPORT);
    const launcher = nodeLauncher({ entry, args: ["--a", "b c"], execArgv: ["--no-warnings"] });
    const worker = launch(launcher, { heapMb: 64, cwd: folder });
    const report = JSON.parse(await text(worker.stdout));
    expect(await exitOf(worker)).toEqual({ code: 0, signal: null });
    expect(report).toMatchObject({ argv: [entry, "--a", "b c"], cwd: folder, url: pathToFileURL(entry).href });
    expect(report.execArgv).toEqual(["--max-old-space-size=64", "--no-warnings", ...inspectorFlags(true, [])]);
    expect(report.env).toMatchObject({ OUTRIGGER_WORKER_ID: "w", TZ: "UTC" });
    expect(report.env).not.toHaveProperty("OUTRIGGER_TEST_SECRET");
    expect(launcher.name).toBe("node it's a plugin.mjs");
    expect(worker.stdout).toHaveProperty("handsOverChunks", true);
  });

  test.each(["URL", "URL text", "path"])("takes the entry as a %s", async (kind) => {
    const path = file("entry #1 ä.mjs", "console.log('up')");
    const url = pathToFileURL(path);
    const entry = kind === "URL" ? url : kind === "path" ? path : url.href;
    expect(await text(launch(nodeLauncher({ entry })).stdout)).toBe("up\n");
  });

  test("follows links at each launch, and the entry sees itself under one name", async () => {
    const link = join(folder, "current.mjs");
    const run = async (target: string): Promise<unknown> => {
      rmSync(link, { force: true });
      symlinkSync(target, link);
      const { argv, url } = JSON.parse(await text(launch(launcher).stdout));
      return pathToFileURL(argv[0]).href === url ? argv[0] : [argv[0], url];
    };
    const launcher = nodeLauncher({ entry: link });
    for (const target of [file("v1.mjs", REPORT), file("v2.mjs", REPORT)]) expect(await run(target)).toBe(target);
  });

  test.runIf(process.platform === "win32" || process.platform === "linux")(
    "gives --import a file URL where a Windows path would be taken for a scheme",
    async () => {
      const windows = "C:\\my plugins\\hook.mjs";
      const entry = file("any.mjs", "");
      for (const execArgv of [["--import", windows], [`--import=${windows}`]]) {
        const worker = launch(nodeLauncher({ entry, execArgv }));
        expect(await text(worker.stderr)).not.toContain("protocol 'c:'");
      }
    },
  );

  test.each([
    ["a file that is not there", () => join(folder, "missing.mjs"), /^entry: there is no file .*missing\.mjs; build/],
    ["a folder", () => folder, /^entry: .* is not a file; name the JavaScript file/],
  ])("%s is a failed start that says so", (_, entry, message) => {
    const launcher = nodeLauncher({ entry: entry() });
    expect(() => launch(launcher)).toThrow(message);
  });

  test.each(["", "https://example.org/plugin.js", "data:text/javascript,1", new URL("https://example.org/a.js")])(
    "an entry %s is refused at once",
    (entry) => {
      expect(() => nodeLauncher({ entry })).toThrow(
        expect.objectContaining({
          code: ErrorCode.INVALID_PARAMS,
          message: expect.stringMatching(/^entry: expected a path or a file URL, got "/),
        }),
      );
    },
  );

  test("a heap past heapMb ends as heap-out-of-memory", async () => {
    const entry = file("leak.mjs", "const all = []; for (;;) all.push(new Array(10_000).fill({}));");
    const worker = launch(nodeLauncher({ entry }), { heapMb: 16 });
    const reader = readStderr(worker.stderr, { onLine: () => {} });
    const exit = await exitOf(worker);
    await reader.ended;
    const facts = { exit, ready: true, initialized: true, asked: false, received: 1, strayLines: 0, tail: reader.tail };
    expect(exitReason(facts)).toEqual({ reason: "heap-out-of-memory" });
  });
});

describe("commandLauncher", () => {
  test("no shell: arguments arrive as they are", async () => {
    const argument = "$HOME `id` * \"quoted\" 'so' ; exit 3";
    const worker = launch(commandLauncher([process.execPath, "-p", "process.argv[1]", argument]));
    expect(await text(worker.stdout)).toBe(`${argument}\n`);
  });

  test("the three pipes work, and the exit tells code or signal", async () => {
    const worker = script("process.stdin.on('data', (d) => { process.stderr.write(d); process.exitCode = 3; })");
    worker.stdin.end("through");
    expect(await text(worker.stderr)).toBe("through");
    expect(await exitOf(worker)).toEqual({ code: 3, signal: null });
    const hangs = script("console.log('up'); setTimeout(() => {}, 60_000)");
    await firstLine(hangs);
    hangs.kill("SIGTERM");
    expect(await exitOf(hangs)).toEqual({ code: null, signal: "SIGTERM" });
  });

  test("a command that does not exist is an exit, told at once, with what to do", async () => {
    const worker = launch(commandLauncher(["outrigger-no-such-command", "x"]));
    const exit = await exitOf(worker);
    expect(worker.pid).toBeUndefined();
    expect(exit.error?.message).toBe(
      "outrigger-no-such-command: there is no such command; install it, or give its whole path (ENOENT)",
    );
    worker.kill("SIGKILL");
    expect(await exitOf(worker)).toBe(exit);
  });

  test("a file that is not executable says so", async () => {
    const exit = await exitOf(launch(commandLauncher([file("plain.txt", "x")])));
    expect(exit.error?.message).toMatch(/plain\.txt: it is not executable by this user.*\(EACCES\)$/);
  });

  test("a missing working folder is told as such, not as a missing command", async () => {
    const cwd = join(folder, "nowhere");
    const exit = await exitOf(script("", { cwd }));
    expect(exit.error?.message).toBe(`cwd: there is no folder ${cwd}; create it, or correct the path`);
  });

  test.each<[string, Partial<LaunchSpec>]>([
    ["NUL in a value", { env: { A: "a\0b" } }],
    ["NUL in a folder", { cwd: "a\0b" }],
    ["a value that is no text", { env: { A: Symbol("a") as unknown as string } }],
  ])("what spawn throws for is a failed start: %s", async (_, spec) => {
    const worker = script("", spec);
    expect((await exitOf(worker)).error).toBeInstanceOf(Error);
    expect(worker.pid).toBeUndefined();
    worker.kill("SIGKILL");
  });

  test("a process that never was can be written to and read from without harm", async () => {
    const worker = launch(commandLauncher(["outrigger-no-such-command"]));
    worker.stdin.write("x");
    worker.stdin.end("y");
    worker.stdout.resume();
    const reader = readStderr(worker.stderr, { onLine: () => {} });
    await Promise.all([exitOf(worker), reader.ended]);
  });

  test.each<[unknown]>([[[]], [[""]], [["a", 1]], [["a", "b\0"]], ["node"]])("argv %j is refused at once", (argv) => {
    expect(() => commandLauncher(argv as [string])).toThrow(
      expect.objectContaining({
        code: ErrorCode.INVALID_PARAMS,
        message: expect.stringMatching(/^argv: expected a command/),
      }),
    );
  });
});

describe("a process and what it started", () => {
  const GRANDCHILD = `const { spawn } = require("node:child_process");
    spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); console.log(process.pid); setTimeout(() => {}, 60_000)"],
      { stdio: "inherit" });`;

  test("kill reaches grandchildren: the pipes they held are closed", async () => {
    const worker = script(`${GRANDCHILD} setTimeout(() => {}, 60_000)`);
    await firstLine(worker);
    worker.kill("SIGKILL");
    worker.stdout.resume();
    await Promise.all([exitOf(worker), once(worker.stdout, "close")]);
  });

  test("a worker that crashes takes its grandchildren along, and its exit does not wait for them", async () => {
    const worker = script(`${GRANDCHILD} process.stdin.on("data", () => process.exit(7))`);
    await firstLine(worker);
    worker.stdin.write("now");
    worker.stdout.resume();
    const closed = once(worker.stdout, "close");
    expect(await exitOf(worker)).toEqual({ code: 7, signal: null });
    await closed;
  });

  test.skipIf(process.platform === "win32")("a grandchild that left the group does not delay the exit", async () => {
    const leaving = GRANDCHILD.replace('"inherit"', '"inherit", detached: true');
    const worker = script(`${leaving} process.stdin.on("data", () => process.exit(7))`);
    const grandchild = Number(await firstLine(worker));
    worker.stdin.write("now");
    expect(await exitOf(worker)).toEqual({ code: 7, signal: null });
    expect(worker.stdout.destroyed).toBe(false);
    process.kill(grandchild, "SIGKILL");
    worker.stdout.resume();
    await once(worker.stdout, "close");
  });

  test.skipIf(process.platform === "win32")("leads a process group of its own", async () => {
    const worker = script("console.log('up'); setTimeout(() => {}, 60_000)");
    await firstLine(worker);
    // A signal to the host's own group, as Ctrl-C sends it, would not find it there: its group is its own.
    expect(process.kill(-(worker.pid as number), 0)).toBe(true);
    worker.kill("SIGKILL");
    await exitOf(worker);
  });

  test("a write after the end, and bytes queued at the end, harm nobody", async () => {
    const worker = script("console.log('up'); setTimeout(() => {}, 60_000)");
    await firstLine(worker);
    // More than a pipe holds, so that bytes are waiting when the process dies.
    worker.stdin.write("x".repeat(4_000_000));
    worker.kill("SIGKILL");
    await exitOf(worker);
    worker.stdin.write("late");
    if (!worker.stdin.destroyed) await once(worker.stdin, "close");
  });

  test("everyone who asks is told how it ended, late ones too", async () => {
    const worker = script("process.exit(5)");
    const early = [exitOf(worker), exitOf(worker)];
    const exit = await early[0];
    expect(exit).toEqual({ code: 5, signal: null });
    expect(await early[1]).toBe(exit);
    expect(await exitOf(worker)).toBe(exit);
  });

  test("what a process wrote last can be read after its exit was told", async () => {
    const worker = script("process.stderr.write('x'.repeat(50_000) + 'last words'); process.exit(1)");
    const reader = readStderr(worker.stderr, { onLine: () => {} });
    await exitOf(worker);
    await reader.ended;
    expect(reader.tail).toMatch(/x{7990}last words$/);
  });
});
