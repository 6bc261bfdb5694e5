import { type HangReport, NOT_IN_JAVASCRIPT } from "@outrigger/protocol";
import { expect, it } from "vitest";
import { fakeRuntime, settled } from "./fake-clock.js";
import { createHangFinder, type StallFacts } from "./hang-finder.js";

const FACTS: StallFacts = { stalledMs: 1_000, cpu: 98, rssBytes: 5 };
const NOTE = `${NOT_IN_JAVASCRIPT}, or stopped`;
const FOUND: HangReport = { stalledMs: 1_000, stack: [], file: "/app/plugin.ts", line: 3 };

function finding() {
  const runtime = fakeRuntime();
  const reports: HangReport[] = [];
  const searches: { url: string; facts: StallFacts; signal: AbortSignal; found: (report: HangReport) => void }[] = [];
  let opened = 0;
  const finder = createHangFinder({
    clock: runtime.clock,
    openInspector: () => void opened++,
    locate: (url, facts, signal) => new Promise((found) => searches.push({ url, facts, signal, found })),
    onReport: (report) => reports.push(report),
  });
  return { finder, reports, searches, runtime, opened: () => opened };
}

it("a stall opens the inspector, and where that answers the place is looked for", async () => {
  const { finder, opened, reports, searches } = finding();
  finder.stalled(FACTS);
  expect(opened()).toBe(1);
  finder.listening("ws://a");
  expect(searches).toMatchObject([{ url: "ws://a", facts: FACTS }]);
  searches[0]?.found(FOUND);
  await settled();
  expect(reports).toEqual([FOUND]);
});

it("an inspector is opened once, and used again", async () => {
  const { finder, opened, searches } = finding();
  finder.stalled(FACTS);
  finder.listening("ws://a");
  searches[0]?.found(FOUND);
  await settled();
  finder.moved();
  finder.stalled(FACTS);
  expect(searches).toMatchObject([{ url: "ws://a" }, { url: "ws://a" }]);
  expect(opened()).toBe(1);
});

it("in native code nothing opens: that is said, once for each time it is asked, until a place is known", async () => {
  const { finder, opened, reports, runtime, searches } = finding();
  finder.stalled(FACTS);
  await runtime.advance(500);
  expect(reports).toEqual([{ stalledMs: 1_000, cpu: 98, note: NOTE, stack: [], memory: { rss: 5 } }]);
  finder.stalled({ ...FACTS, stalledMs: 2_000 });
  expect(opened()).toBe(1);
  finder.listening("ws://a");
  searches[0]?.found(FOUND);
  await settled();
  await runtime.advance(10_000);
  expect(reports).toHaveLength(2);
  expect(reports[1]).toEqual(FOUND);
});

it("who is silent while he is looked into is in native code as well", async () => {
  const { finder, reports, runtime } = finding();
  finder.stalled(FACTS);
  finder.listening("ws://a");
  await runtime.advance(500);
  expect(reports).toMatchObject([{ note: NOTE }]);
});

it("where it stands once it has moved is not told", async () => {
  const { finder, reports, runtime, searches } = finding();
  finder.stalled(FACTS);
  finder.listening("ws://a");
  finder.moved();
  expect(searches[0]?.signal.aborted).toBe(true);
  searches[0]?.found(FOUND);
  await settled();
  await runtime.advance(10_000);
  expect(reports).toEqual([]);
});

it("an address that comes when it has moved is kept for the next time", () => {
  const { finder, searches } = finding();
  finder.stalled(FACTS);
  finder.moved();
  finder.listening("ws://a");
  expect(searches).toEqual([]);
  finder.stalled(FACTS);
  expect(searches).toHaveLength(1);
});

it("one search at a time", () => {
  const { finder, searches } = finding();
  finder.stalled(FACTS);
  finder.listening("ws://a");
  finder.stalled({ ...FACTS, stalledMs: 2_000 });
  finder.listening("ws://b");
  expect(searches).toHaveLength(1);
});

it("a worker that somebody debugs is left alone", async () => {
  const { finder, opened, reports, runtime } = finding();
  finder.leaveAlone();
  finder.stalled(FACTS);
  await runtime.advance(10_000);
  expect(opened()).toBe(0);
  expect(reports).toEqual([]);
});
