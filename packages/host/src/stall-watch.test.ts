import { expect, it } from "vitest";
import { fakeRuntime } from "./fake-clock.js";
import { watchStalls } from "./stall-watch.js";

function watched(stallMs = 1_000) {
  const runtime = fakeRuntime();
  let lag = 0;
  let moves = false;
  const told: string[] = [];
  let whenStalled = (): void => {};
  let movements = 0;
  const now = () => runtime.clock.now() + lag;
  const stalls = watchStalls({
    ...{ stallMs, clock: { ...runtime.clock, now } },
    moved: () => moves,
    onMoved: () => movements++,
    onDoubt: () => told.push(`doubt at ${now()}`),
    onStalled(stalledMs) {
      told.push(`${stalledMs} ms at ${now()}`);
      whenStalled();
    },
  });
  return {
    ...{ told, stalls, runtime, now },
    movements: () => movements,
    onceStalled(act: () => void) {
      whenStalled = act;
    },
    move(value: boolean) {
      moves = value;
    },
    /** The host stands still itself. */
    standStill(ms: number) {
      lag += ms;
    },
  };
}

it("a ping that is not answered is told of when it lasted so long, and as it doubles", async () => {
  const { told, stalls, runtime } = watched();
  stalls.pinged();
  await runtime.advance(7_999);
  expect(told).toEqual(["doubt at 500", "1000 ms at 1000", "2000 ms at 2000", "4000 ms at 4000"]);
  await runtime.advance(1);
  expect(told.at(-1)).toBe("8000 ms at 8000");
});

it("an answer ends it, and the next ping begins anew; no timer stays", async () => {
  const { told, stalls, runtime } = watched();
  stalls.pinged();
  await runtime.advance(900);
  stalls.answered();
  expect(runtime.timers()).toEqual([]);
  stalls.pinged();
  await runtime.advance(999);
  expect(told).toEqual(["doubt at 500", "doubt at 1400"]);
  await runtime.advance(1);
  expect(told.at(-1)).toBe("1000 ms at 1900");
});

it("another ping while one is unanswered does not begin anew", async () => {
  const { told, stalls, runtime } = watched();
  stalls.pinged();
  await runtime.advance(800);
  stalls.pinged();
  await runtime.advance(200);
  expect(told.at(-1)).toBe("1000 ms at 1000");
  expect(runtime.timers()).toHaveLength(1);
});

it("who writes does not stand still", async () => {
  const { told, stalls, runtime, move, movements } = watched();
  move(true);
  stalls.pinged();
  await runtime.advance(10_000);
  expect(told).toEqual([]);
  expect(movements()).toBe(20);
  move(false);
  await runtime.advance(1_000);
  expect(told.at(-1)).toBe("1000 ms at 11000");
});

it("the host's own stall does not count, and what came during it is read before anything is told", async () => {
  const { told, stalls, runtime, standStill } = watched();
  stalls.pinged();
  await runtime.advance(600);
  standStill(5_000);
  await runtime.advance(400);
  expect(told).toEqual(["doubt at 500"]);
  await runtime.advance(50);
  expect(told.at(-1)).toBe("1050 ms at 6050");
});

it("a host that is late at every look tells all the same", async () => {
  const { told, stalls, runtime, standStill, now } = watched();
  stalls.pinged();
  while (now() < 5_000) {
    standStill(60);
    const [next] = runtime.timers();
    await runtime.advance(next ?? 0);
  }
  expect(told[0]).toBe("2000 ms at 3860");
});

it("stopped, it watches no more", async () => {
  const { told, stalls, runtime } = watched();
  stalls.pinged();
  stalls.stop();
  stalls.answered();
  stalls.pinged();
  await runtime.advance(10_000);
  expect(told).toEqual([]);
  expect(runtime.timers()).toEqual([]);
});

it.each(["stop", "answered"] as const)("%s by who is told of a stall holds", async (end) => {
  const { stalls, runtime, onceStalled } = watched();
  onceStalled(() => stalls[end]());
  stalls.pinged();
  await runtime.advance(1_000);
  expect(runtime.timers()).toEqual([]);
});
