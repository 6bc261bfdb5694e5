import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { lineUp, lowerPriority } from "./lower-priority.js";

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

/** The niceness of a session; `undefined` where processors are not shared by session. */
function autogroup(pid: number | "self"): number | undefined {
  if (process.platform !== "linux" || !existsSync("/proc/self/autogroup")) return undefined;
  const [, niceness] = / nice (-?\d+)/.exec(readFileSync(`/proc/${pid}/autogroup`, "latin1")) ?? [];
  return niceness === undefined ? undefined : Number(niceness);
}

const lives = (): boolean => false;
const more = (niceness: number, by: number): number => Math.min(19, niceness + by);

test("a process gets so much more niceness than this one, with all its threads and its session", {
  timeout: 30_000,
}, async () => {
  const pid = await startNode({ detached: true });
  lowerPriority(pid, 10, lives);
  expect(getPriority(pid)).toBe(more(own, 10));
  if (process.platform === "linux") {
    const threads = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(threads.length).toBeGreaterThan(1);
    expect(threads.map((thread) => getPriority(thread))).toEqual(threads.map(() => more(own, 10)));
  }
  // Its turn to write that may be behind that of others on the machine.
  const expected = autogroup(pid) === undefined ? undefined : more(autogroup("self") ?? 0, 10);
  await expect.poll(() => autogroup(pid), { timeout: 25_000 }).toBe(expected);
});

test("19 is the most, and one that has more keeps it", async () => {
  const pid = await startNode({ detached: true });
  setPriority(pid, 19);
  lowerPriority(pid, 1, lives);
  expect(getPriority(pid)).toBe(19);
  const other = await startNode({ detached: true });
  lowerPriority(other, 1_000, lives);
  expect(getPriority(other)).toBe(19);
});

test("a session that is this process's, too, keeps its niceness", async () => {
  const before = autogroup("self");
  const pid = await startNode({ detached: false });
  lowerPriority(pid, 10, lives);
  expect(getPriority(pid)).toBe(more(own, 10));
  expect(autogroup("self")).toBe(before);
});

test("a number that may be somebody else's by now is left alone", async () => {
  const pid = await startNode({ detached: true });
  lowerPriority(pid, 10, () => true);
  expect([getPriority(pid), autogroup(pid) ?? 0]).toEqual([own, 0]);
});

/** Refuses as Linux does, so many times. */
function busy(times: number, code = "EAGAIN") {
  return vi.fn(() => {
    if (times-- > 0) throw Object.assign(new Error(code), { code });
  });
}

test("who is refused since another was faster tries again until it is let; others wait behind it", () => {
  vi.useFakeTimers();
  const [first, second] = [busy(3), busy(1)];
  lineUp(first);
  lineUp(second);
  vi.advanceTimersByTime(99);
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0]);
  vi.advanceTimersByTime(201);
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([4, 1]);
  vi.advanceTimersByTime(100);
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([4, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

test("who is refused for another reason keeps nobody waiting", () => {
  const [refused, next] = [busy(1, "EACCES"), busy(0)];
  lineUp(refused);
  lineUp(next);
  expect([refused.mock.calls.length, next.mock.calls.length]).toEqual([1, 1]);
});
