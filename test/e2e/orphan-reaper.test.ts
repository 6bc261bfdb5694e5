import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { fixture } from "./fixture.js";

/** Multiplies the bounds of time. For machines that are slower, or shared, than those the bounds were set on. */
const TOLERANCE = Number(process.env.OUTRIGGER_TOLERANCE ?? 1);
const timeout = 5_000 * TOLERANCE;

/** State and parent of a process; `undefined` when it is gone, or ended and waits for its parent to notice. */
function look(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return state === undefined || state === "Z" ? undefined : { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
const isGone = (pid: number) => expect.poll(() => look(pid), { timeout, interval: 20 }).toBeUndefined();

function reapersOf(host: number): number[] {
  const isReaper = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes("outrigger-reaper");
    } catch {
      return false;
    }
  };
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && look(pid)?.parent === host && isReaper(pid));
}
async function reaperOf(host: number, former?: number): Promise<number> {
  const others = () => reapersOf(host).filter((pid) => pid !== former);
  await expect.poll(others, { timeout, interval: 20 }).toHaveLength(1);
  return others()[0] as number;
}

function startHost(...args: string[]) {
  const host = spawn(process.execPath, [fileURLToPath(fixture("reaped-host")), ...args], {
    stdio: ["pipe", "inherit", "inherit", "pipe"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  const told = host.stdio[3] as Readable;
  return {
    host,
    pid: host.pid as number,
    exit: once(host, "exit"),
    next: async () => String(await once(told, "data")),
  };
}

describe.runIf(process.platform === "linux")("who ends a worker whose host was killed", () => {
  async function startLoop() {
    const { host, pid, exit, next } = startHost("loop");
    const [worker, child] = JSON.parse(await next()) as [number, number];
    onTestFinished(() => {
      if (look(worker) !== undefined) process.kill(-worker, "SIGKILL");
    });
    const kill = async (): Promise<void> => {
      host.kill("SIGKILL");
      await exit;
    };
    return { pid, worker, child, kill };
  }

  test("a command in an endless loop ends, with its child, and the reaper after them", async () => {
    const { pid, worker, child, kill } = await startLoop();
    const reaper = await reaperOf(pid);
    await kill();
    await isGone(worker);
    await isGone(child);
    await isGone(reaper);
  });

  test("a worker that is stopped ends too", async () => {
    const { worker, kill } = await startLoop();
    process.kill(worker, "SIGSTOP");
    await expect.poll(() => look(worker)?.state, { timeout }).toBe("T");
    await kill();
    await isGone(worker);
  });

  test("a reaper that was killed is replaced by one that does the same", async () => {
    const { pid, worker, child, kill } = await startLoop();
    const former = await reaperOf(pid);
    process.kill(former, "SIGKILL");
    const reaper = await reaperOf(pid, former);
    await kill();
    await isGone(worker);
    await isGone(child);
    await isGone(reaper);
  });

  test("a host that stopped its workers ends by itself, and leaves no reaper", async () => {
    const { host, pid, exit, next } = startHost();
    expect(await next()).toBe("ready");
    const reaper = await reaperOf(pid);
    host.stdin?.end();
    expect(await next()).toBe("stopped");
    const stopped = performance.now();
    expect(await exit).toEqual([0, null]);
    // An idle reaper stays for 10 s: the host did not wait for it.
    expect(performance.now() - stopped).toBeLessThan(timeout);
    await isGone(reaper);
  });
});
