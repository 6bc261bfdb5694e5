import { expect, test } from "vitest";
import { ErrorCode } from "../errors.js";
import { createChannels } from "./channels.js";

const t1 = { tenant: "t1" };
const t2 = { tenant: "t2" };
const notOpen = expect.objectContaining({ code: ErrorCode.INVALID_REQUEST });

test("nothing is emitted on a channel that was not opened, or was closed", () => {
  const channels = createChannels<object>();
  expect(() => channels.checkOpen(t1, "builds")).toThrow(notOpen);
  expect(channels.open(t1, "builds")).toBe(true);
  expect(() => channels.checkOpen(t1, "builds")).not.toThrow();
  expect(channels.close(t1, "builds", "done")).toEqual({ scope: t1, channel: "builds", reason: "done" });
  expect(() => channels.checkOpen(t1, "builds")).toThrow(notOpen);
});

test("one name in two scopes is two channels, each told of its end", () => {
  const channels = createChannels<object>();
  channels.open(t1, "builds");
  expect(() => channels.checkOpen(t2, "builds")).toThrow(notOpen);
  channels.open(t2, "builds");
  channels.open(t2, "tests");
  expect(channels.close(t1, "tests", "")).toBeUndefined();
  expect(channels.size()).toBe(3);
  expect(channels.closeAll("the worker ended")).toEqual([
    { scope: t1, channel: "builds", reason: "the worker ended" },
    { scope: t2, channel: "builds", reason: "the worker ended" },
    { scope: t2, channel: "tests", reason: "the worker ended" },
  ]);
  expect(channels.size()).toBe(0);
  expect(channels.closeAll("again")).toEqual([]);
});

test("opening an open channel changes nothing; closing it once closes it", () => {
  const channels = createChannels<object>();
  expect([channels.open(t1, "a"), channels.open({ tenant: "t1" }, "a")]).toEqual([true, false]);
  expect(channels.close(t1, "a", "")).toBeDefined();
  expect(channels.close(t1, "a", "")).toBeUndefined();
});

test("equal scopes are one scope in any order of keys; names cannot be mistaken for scopes", () => {
  const channels = createChannels<unknown>();
  channels.open({ tenant: "t", at: { x: 1, y: [{ a: 1, b: 2 }] } }, "c");
  expect(() => channels.checkOpen({ at: { y: [{ b: 2, a: 1 }], x: 1 }, tenant: "t" }, "c")).not.toThrow();
  channels.open("a", 'b"\n');
  expect(() => channels.checkOpen('a"\n"b', "")).toThrow(notOpen);
});

test("the number of channels and the length of their names are bounded", () => {
  const channels = createChannels<object>({ max: 2, nameCharacters: 4 });
  const overloaded = expect.objectContaining({ code: ErrorCode.OVERLOADED });
  const invalid = expect.objectContaining({ code: ErrorCode.INVALID_PARAMS });
  for (const name of ["", "12345"]) expect(() => channels.open(t1, name)).toThrow(invalid);
  channels.open(t1, "1234");
  channels.open(t2, "1234");
  expect(() => channels.open(t1, "b")).toThrow(overloaded);
  expect(channels.open(t2, "1234")).toBe(false);
  channels.close(t2, "1234", "");
  expect(channels.open(t1, "b")).toBe(true);
});
