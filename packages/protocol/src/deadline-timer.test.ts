import { expect, test } from "vitest";
import { fakeClock } from "../test/fake-clock.js";
import type { Clock } from "./clock.js";
import { createDeadlineTimer } from "./deadline-timer.js";
import { MAX_DELAY_MS } from "./delay.js";

test("a thousand deadlines need one timer, armed for the earliest", () => {
  const clock = fakeClock();
  const fired: number[] = [];
  const timer = createDeadlineTimer(clock, () => fired.push(clock.now()));
  for (let index = 0; index < 1000; index++) timer.arm(2000 + index);
  expect([clock.timers, clock.timersSet]).toEqual([1, 1]);
  timer.arm(1500);
  expect(clock.timers).toBe(1);
  clock.advance(10_000);
  expect(fired).toEqual([1500]);
});

test("it can be armed again from its own callback, and a deadline that has passed fires at once", () => {
  const clock = fakeClock();
  let fired = 0;
  const timer = createDeadlineTimer(clock, () => {
    fired++;
    if (fired < 3) timer.arm(clock.now() - 1);
  });
  timer.arm(clock.now() + 1);
  clock.advance(1);
  expect([fired, clock.timers]).toEqual([3, 0]);
});

test("no deadline needs no timer, and a disarmed one does not fire", () => {
  const clock = fakeClock();
  const timer = createDeadlineTimer(clock, () => expect.unreachable());
  timer.arm(Number.POSITIVE_INFINITY);
  expect(clock.timersSet).toBe(0);
  timer.arm(1100);
  timer.disarm();
  clock.advance(10_000);
  expect(clock.timers).toBe(0);
});

test("a deadline farther off than a timer reaches is waited for in parts", () => {
  const clock = fakeClock();
  const delays: number[] = [];
  const setTimer: Clock["setTimer"] = (callback, ms) => {
    delays.push(ms);
    return clock.setTimer(callback, ms);
  };
  const deadline = clock.now() + MAX_DELAY_MS + 5;
  const timer = createDeadlineTimer({ now: clock.now, setTimer }, () => {
    if (clock.now() < deadline) timer.arm(deadline);
  });
  timer.arm(deadline);
  clock.advance(MAX_DELAY_MS);
  clock.advance(5);
  expect(delays).toEqual([MAX_DELAY_MS, 5]);
});
