import { expect, test, vi } from "vitest";
import { createCrowding } from "./crowding.js";
import type { ProcessExit, WorkerProcess } from "./launcher.js";

const fail = (error: unknown): never => expect.fail(String(error));

/** A process of which nothing is known but its priority and its exit. */
function fakeProcess(nice: WorkerProcess["nice"] = vi.fn()) {
  const listeners: ((exit: ProcessExit) => void)[] = [];
  const process = { nice, onExit: (listener: (exit: ProcessExit) => void) => void listeners.push(listener) };
  const exit = (): void => {
    for (const listener of listeners) listener({ code: 0, signal: null });
  };
  return { process: process as unknown as WorkerProcess, nice, exit };
}

test("as many workers as processors keep their priority; one more, and all give way, each told once", () => {
  const crowding = createCrowding(7, 2);
  const [first, second, third, fourth] = [fakeProcess(), fakeProcess(), fakeProcess(), fakeProcess()];
  crowding.admit(first.process, fail);
  crowding.admit(second.process, fail);
  expect(first.nice).not.toHaveBeenCalled();
  expect(crowding.stats).toEqual({ nice: 7, processors: 2, running: 2, lowered: 0 });
  crowding.admit(third.process, fail);
  crowding.admit(fourth.process, fail);
  for (const { nice } of [first, second, third, fourth]) expect(nice).toHaveBeenCalledExactlyOnceWith(7);
  expect(crowding.stats).toEqual({ nice: 7, processors: 2, running: 4, lowered: 4 });
});

test("what has ended does not count", () => {
  const crowding = createCrowding(7, 1);
  const ended = [fakeProcess(), fakeProcess(), fakeProcess()];
  for (const one of ended) {
    crowding.admit(one.process, fail);
    one.exit();
  }
  const last = fakeProcess();
  crowding.admit(last.process, fail);
  for (const { nice } of [...ended, last]) expect(nice).not.toHaveBeenCalled();
  expect(crowding.stats).toEqual({ nice: 7, processors: 1, running: 1, lowered: 0 });
});

test("one that was lowered stays so when the others have gone, and is not told again", () => {
  const crowding = createCrowding(7, 1);
  const [lasting, gone, late] = [fakeProcess(), fakeProcess(), fakeProcess()];
  crowding.admit(lasting.process, fail);
  crowding.admit(gone.process, fail);
  gone.exit();
  expect(crowding.stats).toEqual({ nice: 7, processors: 1, running: 1, lowered: 1 });
  crowding.admit(late.process, fail);
  for (const { nice } of [lasting, gone, late]) expect(nice).toHaveBeenCalledOnce();
});

test("with 0 none gives way", () => {
  const crowding = createCrowding(0, 1);
  const both = [fakeProcess(), fakeProcess()];
  for (const { process } of both) crowding.admit(process, fail);
  for (const { nice } of both) expect(nice).not.toHaveBeenCalled();
  expect(crowding.stats).toEqual({ nice: 0, processors: 1, running: 2, lowered: 0 });
});

test("a process whose priority nobody can lower does not count", () => {
  const crowding = createCrowding(7, 1);
  const [elsewhere, here] = [fakeProcess(), fakeProcess()];
  const { nice: _, ...process } = elsewhere.process;
  crowding.admit(process, fail);
  crowding.admit(here.process, fail);
  expect(here.nice).not.toHaveBeenCalled();
  expect(crowding.stats.running).toBe(1);
});

test("what a launcher's process throws is told as its own, and keeps no other from giving way", () => {
  const crowding = createCrowding(7, 1);
  const refused = new Error("not here");
  const bad = fakeProcess(() => {
    throw refused;
  });
  const good = fakeProcess();
  const onError = vi.fn();
  crowding.admit(bad.process, onError);
  crowding.admit(good.process, fail);
  expect(onError).toHaveBeenCalledExactlyOnceWith(refused);
  expect(good.nice).toHaveBeenCalledOnce();
  expect(crowding.stats).toEqual({ nice: 7, processors: 1, running: 2, lowered: 1 });
  crowding.admit(fakeProcess().process, fail);
  expect(onError).toHaveBeenCalledOnce();
});

test("an exit that is told twice counts once", () => {
  const crowding = createCrowding(7, 2);
  const [gone, first, second] = [fakeProcess(), fakeProcess(), fakeProcess()];
  for (const { process } of [gone, first]) crowding.admit(process, fail);
  gone.exit();
  gone.exit();
  crowding.admit(second.process, fail);
  expect(crowding.stats).toMatchObject({ running: 2, lowered: 0 });
});
