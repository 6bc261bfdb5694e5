import { expect, test, vi } from "vitest";
import { createCrowding } from "./crowding.js";
import type { WorkerProcess } from "./launcher.js";

const fail = (error: unknown): never => expect.fail(String(error));

const fakeProcess = (nice: WorkerProcess["nice"] = vi.fn()) => ({ nice });

test("as many workers as processors keep their priority; one more, and all give way, each told once", () => {
  const crowding = createCrowding(7, 2);
  const [first, second, third, fourth] = [fakeProcess(), fakeProcess(), fakeProcess(), fakeProcess()];
  crowding.admit(first, fail);
  crowding.admit(second, fail);
  expect(first.nice).not.toHaveBeenCalled();
  expect(crowding.stats).toEqual({ nice: 7, processors: 2, running: 2, lowered: 0 });
  crowding.admit(third, fail);
  crowding.admit(fourth, fail);
  for (const { nice } of [first, second, third, fourth]) expect(nice).toHaveBeenCalledExactlyOnceWith(7);
  expect(crowding.stats).toEqual({ nice: 7, processors: 2, running: 4, lowered: 4 });
});

test("what has ended does not count", () => {
  const crowding = createCrowding(7, 1);
  const ended = [fakeProcess(), fakeProcess(), fakeProcess()];
  for (const one of ended) {
    crowding.admit(one, fail);
    crowding.leave(one);
  }
  const last = fakeProcess();
  crowding.admit(last, fail);
  for (const { nice } of [...ended, last]) expect(nice).not.toHaveBeenCalled();
  expect(crowding.stats).toEqual({ nice: 7, processors: 1, running: 1, lowered: 0 });
});

test("one that was lowered stays so when the others have gone, and is not told again", () => {
  const crowding = createCrowding(7, 1);
  const [lasting, gone, late] = [fakeProcess(), fakeProcess(), fakeProcess()];
  crowding.admit(lasting, fail);
  crowding.admit(gone, fail);
  crowding.leave(gone);
  expect(crowding.stats).toEqual({ nice: 7, processors: 1, running: 1, lowered: 1 });
  crowding.admit(late, fail);
  for (const { nice } of [lasting, gone, late]) expect(nice).toHaveBeenCalledOnce();
});

test("with 0 none gives way", () => {
  const crowding = createCrowding(0, 1);
  const both = [fakeProcess(), fakeProcess()];
  for (const one of both) crowding.admit(one, fail);
  for (const { nice } of both) expect(nice).not.toHaveBeenCalled();
  expect(crowding.stats).toEqual({ nice: 0, processors: 1, running: 2, lowered: 0 });
});

test("a process whose priority nobody can lower does not count", () => {
  const crowding = createCrowding(7, 1);
  const here = fakeProcess();
  crowding.admit({}, fail);
  crowding.admit(here, fail);
  expect(here.nice).not.toHaveBeenCalled();
  expect(crowding.stats.running).toBe(1);
});

test.each([
  [
    "throws",
    (error: Error) => {
      throw error;
    },
  ],
  ["rejects with", (error: Error) => Promise.reject(error)],
])("what a launcher's process %s is told as its own, and keeps no other from giving way", async (_, fails) => {
  const crowding = createCrowding(7, 1);
  const refused = new Error("not here");
  const [bad, good] = [fakeProcess(() => fails(refused)), fakeProcess()];
  const onError = vi.fn();
  crowding.admit(bad, onError);
  crowding.admit(good, fail);
  await vi.waitFor(() => expect(onError).toHaveBeenCalledExactlyOnceWith(refused));
  expect(good.nice).toHaveBeenCalledOnce();
  crowding.admit(fakeProcess(), fail);
  expect(onError).toHaveBeenCalledOnce();
});

test("one that leaves twice, or never came, counts once", () => {
  const crowding = createCrowding(7, 2);
  const [gone, first, second] = [fakeProcess(), fakeProcess(), fakeProcess()];
  for (const one of [gone, first]) crowding.admit(one, fail);
  for (const one of [gone, gone, undefined]) crowding.leave(one);
  crowding.admit(second, fail);
  expect(crowding.stats).toMatchObject({ running: 2, lowered: 0 });
});
