import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { durationMs, processUsage } from "./process-usage.js";

it("tells the memory of this process about as it does itself, and processor time that grows", async () => {
  const before = await processUsage(process.pid);
  const until = performance.now() + 150;
  while (performance.now() < until);
  const after = await processUsage(process.pid);
  const ratio = (before?.rssBytes ?? 0) / process.memoryUsage.rss();
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
  if (process.platform === "linux") expect((after?.cpuMs ?? 0) - (before?.cpuMs ?? 0)).toBeGreaterThanOrEqual(50);
});

it("a process that is gone has no usage", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  await expect(processUsage(child.pid as number)).resolves.toBeUndefined();
});

it.each([
  ["0:01.50", 1_500],
  ["12:34", 754_000],
  ["01:02:03", 3_723_000],
  ["2-01:00:00", 176_400_000],
  ["nonsense", undefined],
])("the time of ps: %s", (time, ms) => {
  expect(durationMs(time)).toBe(ms);
});
