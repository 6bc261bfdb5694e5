import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { lowerPriority, whileBusy } from "./lower-priority.js";

const own = getPriority();
const children = new Set<ChildProcess>();
afterEach(() => {
  vi.useRealTimers();
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** A Node that lives, with its threads; says so first. */
async function startNode(options: { detached: boolean }): Promise<number> {
  const code = "setInterval(() => {}, 1_000_000); console.log('lives')";
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"], ...options });
  children.add(child);
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  return child.pid as number;
}

const autogroup = (pid: number | "self"): string => readFileSync(`/proc/${pid}/autogroup`, "latin1");
const lives = (): boolean => false;

test("a process gets so much more niceness than this one, with all its threads and its session", async () => {
  const pid = await startNode({ detached: true });
  lowerPriority(pid, 5, lives);
  expect(getPriority(pid)).toBe(own + 5);
  if (process.platform === "linux") {
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(threads.length).toBeGreaterThan(1);
    expect(threads.map((thread) => getPriority(thread))).toEqual(threads.map(() => own + 5));
  }
  // A kernel may have no autogroups.
  if (existsSync("/proc/self/autogroup")) await expect.poll(() => autogroup(pid)).toMatch(/ nice 5\n$/);
});

test("19 is the most, and one that has more keeps it", async () => {
  const pid = await startNode({ detached: true });
  setPriority(pid, 18);
  lowerPriority(pid, 3, lives);
  expect(getPriority(pid)).toBe(18);
  lowerPriority(pid, 1_000, lives);
  expect(getPriority(pid)).toBe(19);
});

test.runIf(existsSync("/proc/self/autogroup"))(
  "a session that is this process's, too, keeps its niceness",
  async () => {
    const before = autogroup("self");
    const pid = await startNode({ detached: false });
    lowerPriority(pid, 5, lives);
    expect(getPriority(pid)).toBe(own + 5);
    expect(autogroup("self")).toBe(before);
  },
);

test("a process that is gone is no error", async () => {
  const pid = await startNode({ detached: true });
  const [child] = children;
  child?.kill("SIGKILL");
  await once(child as ChildProcess, "exit");
  expect(() => lowerPriority(pid, 5, () => true)).not.toThrow();
});

/** Refuses as Linux does, so many times. */
function busy(times: number, code = "EAGAIN") {
  return vi.fn(() => {
    if (times-- > 0) throw Object.assign(new Error(code), { code });
  });
}

test("who is refused since another was faster tries again, until it is let", () => {
  vi.useFakeTimers();
  const write = busy(3);
  whileBusy(write, lives);
  expect(write).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(99);
  expect(write).toHaveBeenCalledTimes(1);
  vi.runAllTimers();
  expect(write).toHaveBeenCalledTimes(4);
});

test("it gives up after 200 tries, at another refusal, and when the process is gone", () => {
  vi.useFakeTimers();
  const [ever, refused, gone] = [busy(1_000), busy(1_000, "EACCES"), busy(1_000)];
  let isGone = false;
  for (const write of [ever, refused, gone]) whileBusy(write, write === gone ? () => isGone : lives);
  vi.advanceTimersByTime(1_000);
  isGone = true;
  const before = gone.mock.calls.length;
  vi.runAllTimers();
  expect(before).toBeGreaterThan(2);
  expect(gone).toHaveBeenCalledTimes(before);
  expect(refused).toHaveBeenCalledTimes(1);
  expect(ever).toHaveBeenCalledTimes(200);
});
