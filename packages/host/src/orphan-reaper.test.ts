import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { commandLauncher } from "./command-launcher.js";
import type { WorkerProcess } from "./launcher.js";
import { REAPER_SCRIPT, type Reaping, type reapWithHost } from "./orphan-reaper.js";

const started = vi.hoisted(() => ({ reapers: [] as ChildProcess[], shell: "/bin/sh" }));
vi.mock("node:child_process", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:child_process")>();
  const watching = (command: string, args: string[], options: SpawnOptions): ChildProcess => {
    if (args.at(-1) !== "outrigger-reaper") return original.spawn(command, args, options);
    const child = original.spawn(started.shell, args, options);
    started.reapers.push(child);
    return child;
  };
  return { ...original, spawn: watching };
});

/** A group of two processes that ends by SIGKILL only. */
async function startGroup() {
  const leader = spawn("/bin/sh", ["-c", "trap '' HUP INT TERM QUIT; sleep 60 & echo up; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const pid = leader.pid as number;
  // Not before the last of them let go of the pipe.
  const ended = once(leader, "close") as Promise<[code: number | null, signal: string | null]>;
  await once(leader.stdout, "data");
  const isRunning = (): boolean => leader.exitCode === null && leader.signalCode === null;
  onTestFinished(() => void (isRunning() && process.kill(-pid, "SIGKILL")));
  return { pid, ended, isRunning };
}

describe.skipIf(process.platform === "win32").each(["sh", "dash", "bash", "busybox"])("the script in %s", (shell) => {
  const path = spawnSync("/bin/sh", ["-c", `command -v ${shell}`], { encoding: "utf8" }).stdout.trim();
  const isMissing = path === "";
  const run = (env: NodeJS.ProcessEnv = { PATH: process.env.PATH }) => {
    // By this name each is a plain POSIX shell; as `bash` one whose stdin is a socket reads ~/.bashrc.
    const options = { argv0: "sh", env };
    const child = spawn(path, ["-c", REAPER_SCRIPT, "script"], { ...options, stdio: ["pipe", "ignore", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    return { child, stdin: child.stdin, exit: once(child, "exit"), errors: text(child.stderr) };
  };

  test.skipIf(isMissing)("ends the groups that are left, not one taken off, nor one half told", async () => {
    const [first, off, second, half] = await Promise.all([startGroup(), startGroup(), startGroup(), startGroup()]);
    const { stdin, exit, errors } = run();
    stdin.end(`+ ${first.pid}\n+ ${off.pid}\n+ 2147483647\n+ ${second.pid}\n- ${off.pid}\n- 77\n+ ${half.pid}`);
    expect(await first.ended).toEqual([null, "SIGKILL"]);
    expect(await second.ended).toEqual([null, "SIGKILL"]);
    await exit;
    // Of the group that had gone before.
    expect((await errors).split("\n").filter((line) => line !== "" && !/no such process/i.test(line))).toEqual([]);
    expect([off.isRunning(), half.isRunning()]).toEqual([true, true]);
  });

  test.skipIf(isMissing)("without a group it does not wait", async () => {
    // Where `sleep` is a command of its own it would not be found.
    const { stdin, exit, errors } = run({ PATH: "/nowhere" });
    stdin.end("+ 2000000003\n- 2000000003\n");
    expect(await exit).toEqual([0, null]);
    expect(await errors).toBe("");
  });

  test.skipIf(isMissing || process.platform !== "linux")("signals that can be refused do not end it", async () => {
    const group = await startGroup();
    const { child, stdin } = run();
    const ignored = (): number =>
      Number.parseInt(/^SigIgn:\s+(\w+)$/m.exec(readFileSync(`/proc/${child.pid}/status`, "latin1"))?.[1] ?? "", 16);
    const [HUP, INT, QUIT, TERM] = [1, 2, 4, 1 << 14];
    await expect.poll(() => ignored() & (HUP | INT | QUIT | TERM), { timeout: 10_000 }).toBe(HUP | INT | QUIT | TERM);
    for (const signal of ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const) child.kill(signal);
    stdin.end(`+ ${group.pid}\n`);
    expect(await group.ended).toEqual([null, "SIGKILL"]);
  });
});

describe.skipIf(process.platform === "win32")("one reaper per process", () => {
  const { reapers } = started;
  /** Each test has the modules, and so a reaper, of its own. */
  let register: typeof reapWithHost;
  const held: Reaping[] = [];
  let launcher: typeof commandLauncher;
  beforeEach(async () => {
    vi.resetModules();
    ({ reapWithHost: register } = await import("./orphan-reaper.js"));
    ({ commandLauncher: launcher } = await import("./command-launcher.js"));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    for (const { release } of held.splice(0)) release();
    vi.useRealTimers();
    for (const reaper of reapers.splice(0)) reaper.kill("SIGKILL");
    started.shell = "/bin/sh";
  });
  const reap = (pid: number): Reaping => {
    const reaping = register(pid);
    held.push(reaping);
    return reaping;
  };
  const launch = (...argv: [string, ...string[]]): WorkerProcess =>
    launcher(argv).launch({ workerId: "w", env: {} }) as WorkerProcess;
  const exitOf = (worker: WorkerProcess) => new Promise((resolve) => worker.onExit(resolve));

  test("ends what was registered when the host's end of the pipe is gone, with its children", async () => {
    const [watched, released] = await Promise.all([startGroup(), startGroup()]);
    expect(reap(watched.pid).watched).toBe(true);
    const reaping = reap(released.pid);
    reaping.release();
    reaping.release();
    expect(reapers).toHaveLength(1);
    const exit = once(reapers[0] as ChildProcess, "exit");
    reapers[0]?.stdin?.end();
    expect(await watched.ended).toEqual([null, "SIGKILL"]);
    expect(await exit).toEqual([0, null]);
    expect(released.isRunning()).toBe(true);
  });

  test("leaves when there was no group for 10 s; the next group has a new one", async () => {
    reap(2_000_000_001).release();
    vi.advanceTimersByTime(9_999);
    const { release } = reap(2_000_000_002);
    vi.advanceTimersByTime(60_000);
    expect(reapers[0]?.stdin?.writableEnded).toBe(false);
    release();
    const exit = once(reapers[0] as ChildProcess, "exit");
    vi.advanceTimersByTime(10_000);
    expect(await exit).toEqual([0, null]);
    expect(reapers).toHaveLength(1);
    const group = await startGroup();
    expect(reap(group.pid).watched).toBe(true);
    expect(reapers).toHaveLength(2);
    reapers[1]?.stdin?.end();
    await group.ended;
  });

  test("a worker that exited is taken off", async () => {
    const worker = launch("/bin/sh", "-c", "read line");
    expect(worker.endsWithHost).toBe(true);
    expect(reapers).toHaveLength(1);
    const exit = once(reapers[0] as ChildProcess, "exit");
    worker.stdin.end();
    await exitOf(worker);
    vi.advanceTimersByTime(10_000);
    expect(await exit).toEqual([0, null]);
  });

  test("one that was killed is followed by another after 1 s, which is told of all groups", async () => {
    const [first, second] = await Promise.all([startGroup(), startGroup()]);
    reap(first.pid);
    const reaper = reapers[0] as ChildProcess;
    reaper.kill("SIGKILL");
    await once(reaper, "exit");
    expect(reap(second.pid).watched).toBe(false);
    vi.advanceTimersByTime(999);
    expect(reapers).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(reapers).toHaveLength(2);
    reapers[1]?.stdin?.end();
    await Promise.all([first.ended, second.ended]);
  });

  test("one that was killed while there was no group is not followed by another", async () => {
    reap(2_000_000_001).release();
    reapers[0]?.kill("SIGKILL");
    await once(reapers[0] as ChildProcess, "exit");
    vi.advanceTimersByTime(60_000);
    expect(reapers).toHaveLength(1);
  });

  test("one that does not read is replaced before what waits for it is much", async () => {
    reap(2_000_000_001);
    const reaper = reapers[0] as ChildProcess;
    process.kill(reaper.pid as number, "SIGSTOP");
    const exit = once(reaper, "exit");
    for (let count = 0; count < 20_000 && !reaper.killed; count++) register(2_000_000_002).release();
    expect(await exit).toEqual([null, "SIGKILL"]);
    vi.advanceTimersByTime(1_000);
    expect(reapers).toHaveLength(2);
  });

  test("without a shell the worker runs, and says that nobody watches; a later reaper is told of it", async () => {
    started.shell = "/nowhere/sh";
    const worker = launch("/bin/sh", "-c", "trap '' TERM; echo up; while :; do :; done");
    expect(worker.endsWithHost).toBe(false);
    await once(worker.stdout, "data");
    started.shell = "/bin/sh";
    expect(reap(2_000_000_001).watched).toBe(true);
    reapers.at(-1)?.stdin?.end();
    expect(await exitOf(worker)).toEqual({ code: null, signal: "SIGKILL" });
  });

  test.each([0, 1, -5, 1.5, Number.NaN])("%d is no group", (pid) => {
    expect(reap(pid).watched).toBe(false);
    expect(reapers).toHaveLength(0);
  });
});
