import { expect, it } from "vitest";
import { fakeRuntime, settled } from "./fake-clock.js";
import type { ProcessUsage } from "./process-usage.js";
import { type UsageSample, watchUsage } from "./usage-watch.js";

function watch(usage: () => Promise<ProcessUsage | undefined>, everyMs?: number) {
  const runtime = fakeRuntime();
  const samples: UsageSample[] = [];
  const { clock, wallClock } = runtime;
  const watched = watchUsage({ usage, everyMs, clock, wallClock, onSample: (sample) => samples.push(sample) });
  return { runtime, samples, watched };
}

it("tells memory and the processor time since the sample before, and when", async () => {
  let cpuMs = 500;
  const { runtime, samples, watched } = watch(async () => ({ rssBytes: 1_000, cpuMs }), 1_000);
  await runtime.advance(1_000);
  cpuMs = 750;
  await runtime.advance(1_000);
  const start = 1_700_000_000_000;
  expect(samples).toEqual([
    { at: start + 1_000, rssBytes: 1_000, cpuPercent: undefined },
    { at: start + 2_000, rssBytes: 1_000, cpuPercent: 25 },
  ]);
  expect(watched.latest).toEqual(samples[1]);
});

it("a sample out of turn does not make a percentage of next to no time", async () => {
  let cpuMs = 0;
  const { runtime, samples, watched } = watch(async () => ({ rssBytes: 1, cpuMs }), 1_000);
  await runtime.advance(2_000);
  cpuMs = 10;
  await runtime.advance(10);
  await watched.measure();
  expect(samples.at(-1)?.cpuPercent).toBe(0);
  cpuMs = 990;
  await runtime.advance(990);
  expect(samples.at(-1)?.cpuPercent).toBe(99);
});

it("measurements do not pile up, and none comes after the end", async () => {
  const answers: ((usage: ProcessUsage) => void)[] = [];
  const { runtime, samples, watched } = watch(() => new Promise((resolve) => answers.push(resolve)), 1_000);
  await runtime.advance(5_000);
  expect(answers).toHaveLength(1);
  watched.stop();
  answers[0]?.({ rssBytes: 1, cpuMs: 1 });
  await settled();
  expect(samples).toEqual([]);
  expect(runtime.timers()).toEqual([]);
});

it("a measure that hangs is given up, and the next one has twice as long", async () => {
  const answers: ((usage: ProcessUsage) => void)[] = [];
  const { runtime, samples } = watch(() => new Promise((resolve) => answers.push(resolve)), 1_000);
  await runtime.advance(10_999);
  expect(answers).toHaveLength(1);
  await runtime.advance(1);
  expect(answers).toHaveLength(2);
  answers[0]?.({ rssBytes: 1, cpuMs: 1 });
  await runtime.advance(19_999);
  expect([answers.length, samples]).toEqual([2, []]);
  await runtime.advance(1);
  answers[2]?.({ rssBytes: 3, cpuMs: 1 });
  await settled();
  expect(samples).toMatchObject([{ rssBytes: 3 }]);
});

it("a process that cannot be measured, or a launcher whose measure fails, is no failure", async () => {
  let calls = 0;
  const { runtime, samples } = watch(async () => {
    if (++calls % 2 === 0) throw new Error("no such thing");
    return undefined;
  }, 1_000);
  await runtime.advance(4_000);
  expect(calls).toBe(4);
  expect(samples).toEqual([]);
});

it("without an interval it measures when asked", async () => {
  const { runtime, samples, watched } = watch(async () => ({ rssBytes: 1, cpuMs: undefined }));
  expect(runtime.timers()).toEqual([]);
  await watched.measure();
  expect(samples).toHaveLength(1);
});

it.each([[null], ["much"], [{ rssBytes: "much" }], [{ rssBytes: 1, cpuMs: "much" }]])(
  "a launcher that measures %j disturbs nobody",
  async (measured) => {
    const { runtime, watched } = watch(async () => measured as never);
    await expect(watched.measure()).resolves.toBeUndefined();
    await runtime.advance(1_000);
    await watched.measure();
    expect(watched.latest?.cpuPercent).toBeUndefined();
  },
);
