import { NOT_IN_JAVASCRIPT } from "@outrigger/protocol";
import { expect, it } from "vitest";
import { fakeRuntime, settled } from "./fake-clock.js";
import { createHangFinder, type HangPlace } from "./hang-finder.js";

const FOUND: HangPlace = { stack: [], file: "/app/plugin.ts", line: 3 };
const UNASKED = "the place is unknown: it cannot be asked to open its inspector";
const UNKNOWN: HangPlace = { stack: [], note: "the place is unknown" };
const OUTSIDE: HangPlace = { stack: [], note: expect.stringMatching(`^${NOT_IN_JAVASCRIPT}, or stopped`) };

function finding() {
  const runtime = fakeRuntime();
  const told: { stalledMs: number; place: HangPlace }[] = [];
  const searches: { url: string; signal: AbortSignal; found: (place: HangPlace | undefined) => void }[] = [];
  let opened = 0;
  let canOpen = true;
  let whileOpening = (): void => {};
  const finder = createHangFinder({
    clock: runtime.clock,
    openInspector() {
      if (canOpen) opened++;
      whileOpening();
      return canOpen;
    },
    locate: (url, signal) => new Promise((found) => searches.push({ url, signal, found })),
    onFound: (stalledMs, place) => told.push({ stalledMs, place }),
  });
  const find = async (place: HangPlace | undefined): Promise<void> => {
    searches.at(-1)?.found(place);
    await settled();
  };
  const closed = (): void => {
    canOpen = false;
  };
  const meanwhile = (act: () => void): void => {
    whileOpening = act;
  };
  return { finder, told, searches, runtime, find, closed, meanwhile, opened: () => opened };
}

it("a stall opens the inspector, and where that answers the place is looked for", async () => {
  const { find, finder, opened, searches, told } = finding();
  finder.stalled(1_000);
  expect(opened()).toBe(1);
  finder.listening("ws://a");
  expect(searches).toMatchObject([{ url: "ws://a" }]);
  await find(FOUND);
  expect(told).toEqual([{ stalledMs: 1_000, place: FOUND }]);
});

it("an inspector is opened once, and used again", async () => {
  const { find, finder, opened, searches } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  await find(FOUND);
  finder.moved();
  finder.stalled(1_000);
  expect(searches).toMatchObject([{ url: "ws://a" }, { url: "ws://a" }]);
  expect(opened()).toBe(1);
});

it("in native code nothing opens: that is said each time it is asked, until a place is known", async () => {
  const { find, finder, opened, runtime, searches, told } = finding();
  finder.stalled(1_000);
  await runtime.advance(999);
  expect(told).toEqual([]);
  await runtime.advance(1);
  expect(told).toEqual([{ stalledMs: 1_000, place: OUTSIDE }]);
  finder.stalled(4_000);
  await runtime.advance(2_000);
  expect(told[1]).toEqual({ stalledMs: 4_000, place: OUTSIDE });
  expect(opened()).toBe(1);
  finder.listening("ws://a");
  expect(searches).toHaveLength(1);
  await find(FOUND);
  await runtime.advance(10_000);
  expect(told.slice(2)).toEqual([{ stalledMs: 4_000, place: FOUND }]);
});

it("who is being looked into has time", async () => {
  const { find, finder, runtime, told } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  await runtime.advance(10_000);
  expect(told).toEqual([]);
  await find(FOUND);
  expect(told).toHaveLength(1);
});

it("why a place is not known is told", async () => {
  const { find, finder, runtime, told } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  await find(UNKNOWN);
  await runtime.advance(10_000);
  expect(told).toEqual([{ stalledMs: 1_000, place: UNKNOWN }]);
});

it("where nobody answers, the inspector is opened again the next time, and asked all the same", async () => {
  const { find, finder, opened, searches, told } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  await find(undefined);
  expect(told).toEqual([{ stalledMs: 1_000, place: { stack: [], note: expect.stringContaining("did not answer") } }]);
  finder.stalled(2_000);
  expect(opened()).toBe(2);
  finder.listening("ws://b");
  await find(undefined);
  finder.stalled(4_000);
  await find(FOUND);
  expect(searches.map(({ url }) => url)).toEqual(["ws://a", "ws://a", "ws://b"]);
  expect(told.at(-1)).toEqual({ stalledMs: 4_000, place: FOUND });
});

it("asked again during a search that finds nothing, it searches once more, and not once it has found", async () => {
  const { find, finder, searches, told } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  finder.stalled(2_000);
  finder.stalled(4_000);
  await find(UNKNOWN);
  expect(searches).toHaveLength(2);
  finder.stalled(8_000);
  await find(FOUND);
  finder.listening("ws://b");
  expect(searches).toHaveLength(2);
  expect(told).toEqual([
    { stalledMs: 1_000, place: UNKNOWN },
    { stalledMs: 4_000, place: FOUND },
  ]);
});

it("where it stands once it has moved is not told", async () => {
  const { find, finder, runtime, searches, told } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  finder.moved();
  expect(searches[0]?.signal.aborted).toBe(true);
  await find(FOUND);
  await runtime.advance(10_000);
  expect(told).toEqual([]);
});

it("an address that comes when it has moved is kept for the next time", () => {
  const { finder, searches } = finding();
  finder.stalled(1_000);
  finder.moved();
  finder.listening("ws://a");
  expect(searches).toEqual([]);
  finder.stalled(1_000);
  expect(searches).toHaveLength(1);
});

it("a place that was found is told again as the stall goes on, and not searched again", async () => {
  const { find, finder, searches, told } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  await find(FOUND);
  finder.stalled(2_000);
  expect(searches).toHaveLength(1);
  expect(told[1]).toEqual({ stalledMs: 2_000, place: FOUND });
});

it("one that cannot be asked is asked again next time", () => {
  const { closed, finder, opened, runtime, told } = finding();
  closed();
  finder.stalled(1_000);
  finder.stalled(2_000);
  expect(told.map(({ place }) => place.note)).toEqual([UNASKED, UNASKED]);
  expect(opened()).toBe(0);
  expect(runtime.timers()).toEqual([]);
});

it("however many addresses are told, there is one search each time it is asked", async () => {
  const { find, finder, searches } = finding();
  finder.stalled(1_000);
  for (let told = 0; told < 100; told++) {
    finder.listening(`ws://${told}`);
    await find(UNKNOWN);
  }
  expect(searches).toHaveLength(1);
  finder.stalled(2_000);
  finder.stalled(4_000);
  expect(searches).toHaveLength(2);
});

it("a worker of which it turns out while it is asked that somebody debugs it is left alone", async () => {
  const { finder, meanwhile, runtime, searches, told } = finding();
  meanwhile(() => finder.leaveAlone());
  finder.stalled(1_000);
  finder.listening("ws://a");
  await runtime.advance(10_000);
  expect(searches).toEqual([]);
  expect(told).toEqual([]);
  expect(runtime.timers()).toEqual([]);
});

it("a search ends when somebody else opens the inspector", async () => {
  const { finder, searches } = finding();
  finder.stalled(1_000);
  finder.listening("ws://a");
  finder.leaveAlone();
  expect(searches[0]?.signal.aborted).toBe(true);
});

it("a worker that somebody debugs is left alone", async () => {
  const { finder, opened, runtime, searches, told } = finding();
  finder.leaveAlone();
  finder.stalled(1_000);
  finder.listening("ws://a");
  await runtime.advance(10_000);
  expect(opened()).toBe(0);
  expect(searches).toEqual([]);
  expect(told).toEqual([]);
});
