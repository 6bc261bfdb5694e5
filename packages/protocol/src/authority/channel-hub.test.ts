import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { ErrorCode } from "../errors.js";
import { createChannelHub } from "./channel-hub.js";
import type { ChannelSubscription } from "./channel-subscription.js";

const t1 = { tenant: "t1" };
const t2 = { tenant: "t2" };
const over = { by: "worker", reason: "done" } as const;
const MAX = 100;

async function rest(subscription: ChannelSubscription): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const push of subscription) all.push(push);
  return all;
}

test("each subscriber gets what is pushed in its scope on its channel, from its subscription on", async () => {
  const hub = createChannelHub();
  hub.emit(t1, "builds", 0, 1);
  const [a, b] = [hub.subscribe(t1, "builds", {}, MAX), hub.subscribe({ tenant: "t1" }, "builds", {}, MAX)];
  hub.emit(t1, "builds", 1, 1);
  const other = hub.subscribe(t2, "builds", {}, MAX);
  const unscoped = hub.subscribe(undefined, "builds", {}, MAX);
  hub.emit(t1, "builds", 2, 1);
  hub.emit(t1, "tests", 3, 1);
  hub.emit(undefined, "builds", 4, 1);
  for (const scope of [t1, t2, undefined]) hub.close(scope, "builds", over);
  await expect(Promise.all([a, b, other, unscoped].map(rest))).resolves.toEqual([[1, 2], [1, 2], [], [4]]);
  expect(hub.stats).toEqual({ subscriptions: 0, dropped: 0 });
});

test("what was pushed before the end can still be read, and closed tells the end", async () => {
  const hub = createChannelHub();
  const subscription = hub.subscribe(t1, "builds", {}, MAX);
  hub.emit(t1, "builds", 1, 1);
  expect(subscription.closed).toBeUndefined();
  hub.close(t1, "builds", over);
  hub.emit(t1, "builds", 2, 1);
  expect(subscription.closed).toEqual(over);
  await expect(rest(subscription)).resolves.toEqual([1]);
  hub.end({ by: "host", reason: "later" });
  expect(subscription.closed).toEqual(over);
});

test("a reader that waits is told at once, in the order of asking", async () => {
  const hub = createChannelHub();
  const subscription = hub.subscribe(t1, "builds", {}, MAX);
  const asked = [subscription.next(), subscription.next(), subscription.next()];
  hub.emit(t1, "builds", 1, 1);
  hub.emit(t1, "builds", 2, 1);
  hub.close(t1, "builds", over);
  await expect(Promise.all(asked)).resolves.toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: undefined },
  ]);
});

test("a slow reader misses the oldest, which is counted", async () => {
  const hub = createChannelHub();
  const subscription = hub.subscribe(t1, "builds", { buffer: { items: 3 } }, MAX);
  for (let n = 1; n <= 10; n++) hub.emit(t1, "builds", n, 1);
  expect(subscription.dropped).toBe(7);
  expect(hub.stats.dropped).toBe(7);
  hub.close(t1, "builds", over);
  await expect(rest(subscription)).resolves.toEqual([8, 9, 10]);
});

test("what is kept is bounded in bytes; what is larger than all of it is kept alone", async () => {
  const hub = createChannelHub();
  const subscription = hub.subscribe(t1, "builds", { buffer: { bytes: 100 } }, MAX);
  for (let n = 1; n <= 5; n++) hub.emit(t1, "builds", n, 40);
  expect(subscription.dropped).toBe(3);
  hub.emit(t1, "builds", "large", 1_000);
  expect(subscription.dropped).toBe(5);
  hub.emit(t1, "builds", "small", 10);
  expect(subscription.dropped).toBe(6);
  hub.close(t1, "builds", over);
  await expect(rest(subscription)).resolves.toEqual(["small"]);
});

test("a slow reader that may miss nothing is closed instead", async () => {
  const hub = createChannelHub();
  const subscription = hub.subscribe(t1, "builds", { buffer: { items: 2, overflow: "close" } }, MAX);
  for (let n = 1; n <= 10; n++) hub.emit(t1, "builds", n, 1);
  expect(subscription.closed).toMatchObject({ by: "overflow", reason: expect.stringContaining("2 items") });
  expect(hub.stats).toEqual({ subscriptions: 0, dropped: 1 });
  await expect(rest(subscription)).resolves.toEqual([1, 2]);
});

test("leaving the loop, disposing and aborting unsubscribe", async () => {
  const hub = createChannelHub();
  const abort = new AbortController();
  const left = hub.subscribe(t1, "builds", {}, MAX);
  const aborted = hub.subscribe(t1, "builds", { signal: abort.signal }, MAX);
  const disposed = hub.subscribe(t1, "builds", {}, MAX);
  for (let n = 1; n <= 2; n++) hub.emit(t1, "builds", n, 1);
  for await (const push of left) if (push === 1) break;
  abort.abort();
  await disposed[Symbol.asyncDispose]();
  for (const subscription of [left, aborted, disposed]) {
    expect(subscription.closed?.by).toBe("subscriber");
    await expect(rest(subscription)).resolves.toEqual([]);
  }
  expect(hub.stats.subscriptions).toBe(0);
  const late = hub.subscribe(t1, "builds", { signal: abort.signal }, MAX);
  expect(late.closed?.by).toBe("subscriber");
});

test("many subscriptions on one signal are one listener, and none when they have ended", async () => {
  const hub = createChannelHub();
  const { signal } = new AbortController();
  const many = Array.from({ length: 20 }, () => hub.subscribe(t1, "builds", { signal }, MAX));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  hub.close(t1, "builds", over);
  await Promise.all(many.map(rest));
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("past the bound a subscription ends at once, and says so; one that ends makes room", () => {
  const hub = createChannelHub();
  const first = hub.subscribe(t1, "builds", {}, 1);
  expect(hub.subscribe(t1, "builds", {}, 1).closed).toMatchObject({
    by: "overload",
    reason: expect.stringContaining("limits.subscriptions"),
  });
  first.return?.();
  expect(hub.subscribe(t1, "builds", {}, 1).closed).toBeUndefined();
});

test("when the hub ends all subscriptions end, also those to come", () => {
  const hub = createChannelHub();
  const end = { by: "host", reason: "the host closed" } as const;
  const before = [hub.subscribe(t1, "a", {}, MAX), hub.subscribe(t2, "b", {}, MAX)];
  hub.end(end);
  for (const { closed } of [...before, hub.subscribe(t1, "a", {}, MAX)]) expect(closed).toEqual(end);
  expect(hub.stats.subscriptions).toBe(0);
});

test("an option of no use is named", () => {
  const hub = createChannelHub();
  const wrong = (options: object) => () => hub.subscribe(t1, "builds", options, MAX);
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message: expect.stringMatching(message) });
  expect(wrong({ buffer: { items: 0 } })).toThrow(refused(/buffer\.items: expected a whole number from 1, got 0/));
  expect(wrong({ buffer: { bytes: Number.NaN } })).toThrow(refused(/buffer\.bytes/));
  expect(wrong({ buffer: { overflow: "drop" } })).toThrow(refused(/"drop-oldest" or "close", got "drop"/));
  expect(wrong({ signal: {} })).toThrow(refused(/expected an AbortSignal/));
  expect(hub.stats.subscriptions).toBe(0);
});
