import type { HangReport } from "@outrigger/protocol";
import { expect, it } from "vitest";
import { fakeRuntime, settled } from "./fake-clock.js";
import type { HangPlace } from "./hang-finder.js";
import { createHangWatch } from "./hang-watch.js";
import { watchUsage } from "./usage-watch.js";

const ADDRESS = "Debugger listening on ws://127.0.0.1:38829/c5b5ca36-9085-4c5b-b465-a7b40a2d6692\n";
const FOUND: HangPlace = { stack: [], file: "/app/plugin.ts", line: 3, heapUsed: 5 };

function watching(usage = async () => ({ rssBytes: 7, cpuMs: runtime.clock.now() })) {
  const reports: HangReport[] = [];
  const pings: ((isAnswered: boolean) => void)[] = [];
  let opened = 0;
  let messages = 0;
  let movements = 0;
  const { clock, wallClock } = runtime;
  const measured = watchUsage({ usage, everyMs: undefined, clock, wallClock, onSample: () => {} });
  const hangs = createHangWatch({
    ...{ clock, unresponsiveAfterMs: 10_000 },
    openInspector: () => ++opened > 0,
    onLeftAlone: () => {},
    onMoved: () => void movements++,
    locate: async () => FOUND,
    usage: () => measured,
    onReport: (report) => reports.push(report),
  });
  const begin = (): void =>
    hangs.begin(
      () => ({ messages, strayLines: 0, bytes: 0, unsentBytes: 0 }),
      () => {
        hangs.pinged();
        return new Promise((resolve) => pings.push(resolve));
      },
    );
  /** Serves, is pinged, and does not answer. */
  const stall = async (): Promise<void> => {
    begin();
    hangs.endSetup();
    hangs.pinged();
    await runtime.advance(1_000);
  };
  const write = (): void => void messages++;
  return { hangs, begin, stall, reports, pings, write, opened: () => opened, movements: () => movements };
}
let runtime = fakeRuntime();
const fresh = (...given: Parameters<typeof watching>) => {
  runtime = fakeRuntime();
  return watching(...given);
};

it("a report tells the place, how long, and what the process took meanwhile", async () => {
  const { hangs, reports, stall } = fresh();
  await stall();
  hangs.inspectorLines.push(ADDRESS);
  await settled();
  expect(reports).toEqual([
    { stack: [], file: "/app/plugin.ts", line: 3, stalledMs: 1_000, cpu: 100, memory: { rss: 7, heapUsed: 5 } },
  ]);
});

it("a launcher whose measure never ends keeps no report back", async () => {
  const { hangs, reports, stall } = fresh(() => new Promise(() => {}));
  await stall();
  hangs.inspectorLines.push(ADDRESS);
  await settled();
  expect(reports).toMatchObject([{ file: "/app/plugin.ts", cpu: undefined, memory: undefined }]);
});

it("a setup is pinged once it takes as long as a stall, and while it goes on", async () => {
  const { begin, hangs, opened, pings } = fresh();
  begin();
  await runtime.advance(999);
  expect(pings).toHaveLength(0);
  await runtime.advance(1);
  expect(pings).toHaveLength(1);
  hangs.answered();
  pings[0]?.(true);
  await runtime.advance(1_000);
  expect(pings).toHaveLength(2);
  expect(opened()).toBe(0);
  await runtime.advance(1_000);
  expect(opened()).toBe(1);
});

it("once it serves, its setup is pinged no more", async () => {
  const { begin, hangs, pings } = fresh();
  begin();
  hangs.endSetup();
  await runtime.advance(10_000);
  expect(pings).toEqual([]);
  expect(runtime.timers()).toEqual([]);
});

it("of two pings that are out, the answer to one leaves the other watched", async () => {
  const { begin, hangs, opened } = fresh();
  begin();
  hangs.endSetup();
  hangs.pinged();
  await runtime.advance(500);
  hangs.pinged();
  hangs.answered();
  await runtime.advance(999);
  expect(opened()).toBe(0);
  await runtime.advance(1);
  expect(opened()).toBe(1);
  hangs.answered();
  expect(runtime.timers()).toEqual([]);
});

it("a worker that writes again has moved: what was being looked for is not told", async () => {
  const { hangs, movements, reports, stall, write } = fresh();
  await stall();
  write();
  await runtime.advance(1_000);
  hangs.inspectorLines.push(ADDRESS);
  await settled();
  expect(reports.filter(({ file }) => file !== undefined)).toEqual([]);
  expect(movements()).toBe(1);
});

it("stopped, it looks for nothing, and no timer stays", async () => {
  const { begin, hangs, reports } = fresh();
  begin();
  hangs.pinged();
  await runtime.advance(1_000);
  hangs.stop();
  hangs.answered();
  hangs.pinged();
  hangs.inspectorLines.push(ADDRESS);
  await runtime.advance(10_000);
  expect(reports).toEqual([]);
  expect(runtime.timers()).toEqual([]);
});
