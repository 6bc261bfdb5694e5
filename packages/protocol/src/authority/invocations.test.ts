import { expect, test } from "vitest";
import { collectGarbage, heldHeapBytes } from "../../test/collect-garbage.js";
import { ErrorCode } from "../errors.js";
import { scopeOfCall } from "./call-scope.js";
import { createInvocations } from "./invocations.js";
import { createLingeringScopes } from "./lingering-scopes.js";

const limits = { graceMs: 5_000, notificationMs: 900_000, max: 10_000, bytes: 16 * 1024 * 1024 };

test("a scope is lent while its call runs, and for the grace after it settled", () => {
  const invocations = createInvocations<string>("k3f9", limits);
  const id = invocations.open("t1", 0);
  expect(id).toBe("k3f9.1");
  expect(invocations.resolve(id, 1e9)).toEqual({ scope: "t1" });
  expect(invocations.held(id)).toEqual({ scope: "t1" });
  invocations.settle(id, 1_000);
  expect(invocations.held(id)).toBeUndefined();
  expect(invocations.resolve(id, 5_999)).toEqual({ scope: "t1" });
  expect(invocations.resolve(id, 6_000)).toBe("expired");
  invocations.settle(id, 7_000);
  expect(invocations.resolve(id, 7_001)).toBe("expired");
});

test("a notification's scope is lent for its time; nothing settles it", () => {
  const invocations = createInvocations<string>("k", limits);
  const id = invocations.openNotification("t1", 100);
  invocations.settle(id, 100);
  expect(invocations.resolve(id, 900_099)).toEqual({ scope: "t1" });
  expect(invocations.resolve(id, 900_100)).toBe("expired");
});

test("an undefined scope is a scope: the invocation is live, and lends nothing", () => {
  const invocations = createInvocations<undefined>("k", limits);
  const id = invocations.open(undefined, 0);
  expect(invocations.resolve(id, 0)).toEqual({ scope: undefined });
  invocations.settle(id, 0);
  expect(invocations.resolve(id, 1)).toEqual({ scope: undefined });
});

test("overlapping invocations keep their own scopes", () => {
  const invocations = createInvocations<string>("k", limits);
  const [first, second] = [invocations.open("t1", 0), invocations.open("t2", 0)];
  invocations.settle(first, 0);
  expect(invocations.resolve(second, 9_000)).toEqual({ scope: "t2" });
  expect(invocations.resolve(first, 9_000)).toBe("expired");
});

test.each([
  [undefined],
  [null],
  [7],
  [{}],
  [["k.1"]],
  [""],
  ["k"],
  ["k."],
  ["k.2"],
  ["k.01"],
  ["k.-1"],
  ["k.0"],
  ["k.1.1"],
  ["k.1 "],
  ["k.1e0"],
  ["k.0x1"],
  ["k.1000000000000000000000"],
  ["x.1"],
  ["__proto__"],
])("what was never lent is unknown: %j", (id) => {
  const invocations = createInvocations<string>("k", limits);
  invocations.open("t1", 0);
  expect(invocations.resolve(id, 0)).toBe("unknown");
});

test("past the bound the longest settled goes first, never a call in flight", () => {
  const invocations = createInvocations<number>("k", { ...limits, max: 3 });
  const calls = [0, 1, 2].map((scope) => invocations.open(scope, 0));
  invocations.settle(calls[1] as string, 1);
  invocations.settle(calls[0] as string, 2);
  const later = invocations.open(3, 3);
  expect(invocations.resolve(calls[1], 3)).toBe("expired");
  expect(invocations.resolve(calls[0], 3)).toEqual({ scope: 0 });
  invocations.open(4, 4);
  expect(invocations.resolve(calls[0], 4)).toBe("expired");
  expect(invocations.stats()).toEqual({ open: 3, lingering: 0, bytes: 0, evicted: 2 });
  expect(() => invocations.open(5, 5)).toThrow(expect.objectContaining({ code: ErrorCode.OVERLOADED }));
  expect(invocations.resolve(later, 5)).toEqual({ scope: 3 });
  expect(invocations.resolve(calls[2], 5)).toEqual({ scope: 2 });
});

test("B16: however many notifications are sent, a call keeps its scope and its grace, and new calls find room", () => {
  const invocations = createInvocations<string>("k", { ...limits, max: 3 });
  const [running, settled] = [invocations.open("t1", 0), invocations.open("t2", 0)];
  invocations.settle(settled, 0);
  const notifications = Array.from({ length: 50 }, (_, index) => invocations.openNotification(`n${index}`, 1));
  expect(invocations.resolve(running, 4_999)).toEqual({ scope: "t1" });
  expect(invocations.resolve(settled, 4_999)).toEqual({ scope: "t2" });
  invocations.open("t3", 2);
  expect(invocations.resolve(settled, 4_999)).toEqual({ scope: "t2" });
  expect(notifications.map((id) => invocations.resolve(id, 2)).slice(-4)).toEqual([
    "expired",
    ...["n47", "n48", "n49"].map((scope) => ({ scope })),
  ]);
});

test("however many calls are made, a notification keeps its scope", () => {
  const invocations = createInvocations<string>("k", { ...limits, max: 2 });
  const notification = invocations.openNotification("t1", 0);
  for (let call = 0; call < 50; call++) invocations.settle(invocations.open("t2", 0), 0);
  expect(invocations.resolve(notification, 0)).toEqual({ scope: "t1" });
});

test("a notification that was not sent leaves nothing behind", () => {
  const invocations = createInvocations<string>("k", { ...limits, max: 3 });
  const sent = invocations.openNotification("t1", 0);
  for (let attempt = 0; attempt < 50; attempt++) {
    const unsent = invocations.openNotification("t2", 0);
    invocations.revokeNotification(unsent);
    invocations.revokeNotification(unsent);
    expect(invocations.resolve(unsent, 0)).toBe("expired");
  }
  const between = invocations.openNotification("t3", 0);
  const last = invocations.openNotification("t4", 0);
  invocations.revokeNotification(between);
  expect(invocations.stats()).toEqual({ open: 0, lingering: 2, bytes: 4, evicted: 0 });
  expect([sent, between, last].map((id) => invocations.resolve(id, 0))).toEqual([
    { scope: "t1" },
    "expired",
    { scope: "t4" },
  ]);
  expect(invocations.resolve(last, 900_000)).toBe("expired");
  invocations.openNotification("t5", 900_000);
  expect(invocations.stats().lingering).toBe(1);
});

test("notifications that were not sent are let go of in any order", () => {
  const scopes = createLingeringScopes<string>();
  for (let number = 1; number <= 4; number++) scopes.add(number, `t${number}`, number);
  for (const number of [2, 3, 2, 9]) scopes.drop(number);
  expect(scopes.size()).toBe(2);
  scopes.drop(4);
  scopes.add(5, "t5", 5);
  expect([1, 2, 3, 4, 5].map((number) => scopes.get(number, 0)?.scope)).toEqual([
    "t1",
    undefined,
    undefined,
    undefined,
    "t5",
  ]);
  expect([scopes.dropFirst(), scopes.size(), scopes.dropFirst(), scopes.size(), scopes.dropFirst()]).toEqual([
    ...[true, 1],
    ...[true, 0],
    false,
  ]);
});

test("however many were not sent, nothing is left of them", () => {
  const scopes = createLingeringScopes<string>();
  const before = heldHeapBytes();
  for (let number = 0; number < 500_000; number += 2) {
    for (const one of [number, number + 1]) scopes.add(one, "t1", 900_000);
    for (const one of [number, number + 1]) scopes.drop(one);
  }
  expect(heldHeapBytes() - before).toBeLessThan(3 * 1024 * 1024);
  expect(scopes.size()).toBe(0);
});

test("what is over takes no room", () => {
  const invocations = createInvocations<number>("k", limits);
  for (let now = 0; now < 100_000; now++) invocations.settle(invocations.open(now, now), now);
  expect(invocations.stats()).toEqual({ open: 0, lingering: 5_000, bytes: 0, evicted: 0 });
  invocations.forgetEnded(104_999);
  expect(invocations.stats()).toEqual({ open: 0, lingering: 0, bytes: 0, evicted: 0 });
  invocations.openNotification(0, 200_000);
  invocations.settle(invocations.open(0, 2_000_000), 2_000_000);
  expect(invocations.stats()).toEqual({ open: 0, lingering: 1, bytes: 0, evicted: 0 });
});

test("room is made of what is over before anything is taken back early", () => {
  const invocations = createInvocations<number>("k", { ...limits, max: 2 });
  invocations.openNotification(0, 0);
  invocations.settle(invocations.open(1, 0), 0);
  invocations.open(2, 5_000);
  expect(invocations.stats()).toEqual({ open: 1, lingering: 1, bytes: 0, evicted: 0 });
  invocations.open(3, 900_000);
  expect(invocations.stats()).toEqual({ open: 2, lingering: 0, bytes: 0, evicted: 0 });
});

test("drain takes everything back, and its ids stay expired", () => {
  const invocations = createInvocations<string>("k", limits);
  const ids = [invocations.open("t1", 0), invocations.openNotification("t1", 0), invocations.open("t1", 0)];
  invocations.settle(ids[2] as string, 0);
  expect(invocations.held(ids[0])).toEqual({ scope: "t1" });
  invocations.drain();
  expect(invocations.held(ids[0])).toBeUndefined();
  expect(ids.map((id) => invocations.resolve(id, 0))).toEqual(["expired", "expired", "expired"]);
  expect(invocations.open("t2", 0)).toBe("k.4");
});

test("large scopes are bounded by their bytes: the longest settled goes first, and the oldest notification's", () => {
  const invocations = createInvocations<unknown>("k", { ...limits, bytes: 5_000 });
  const large = (tenant: string): unknown => scopeOfCall(undefined, { tenant, more: "x".repeat(1_976) }, {});
  const calls = ["a", "b", "c"].map((tenant) => invocations.open(large(tenant), 0));
  expect(invocations.stats()).toMatchObject({ open: 3, lingering: 0, bytes: 0 });
  for (const id of calls) invocations.settle(id, 0);
  expect(invocations.stats()).toEqual({ open: 0, lingering: 2, bytes: 4_000, evicted: 1 });
  expect(invocations.resolve(calls[0], 1)).toBe("expired");
  expect(invocations.resolve(calls[1], 1)).toMatchObject({ scope: { tenant: "b" } });
  const notifications = ["d", "e", "f"].map((tenant) => invocations.openNotification(large(tenant), 1));
  expect(notifications.map((id) => invocations.resolve(id, 1) === "expired")).toEqual([true, false, false]);
  invocations.revokeNotification(notifications[2] as string);
  expect(invocations.stats()).toEqual({ open: 0, lingering: 3, bytes: 6_000, evicted: 2 });
  invocations.forgetEnded(5_000);
  expect(invocations.stats()).toMatchObject({ lingering: 1, bytes: 2_000 });
  invocations.drain();
  expect(invocations.stats()).toMatchObject({ lingering: 0, bytes: 0 });
});

test("a scope larger than the bound is lent while its call runs, has no grace, and takes nobody else's", () => {
  const invocations = createInvocations<unknown>("k", { ...limits, bytes: 5_000 });
  const bystanders = ["t1", "t2"].map((scope) => invocations.open(scope, 0));
  invocations.settle(bystanders[0] as string, 0);
  const notification = invocations.openNotification("t3", 0);
  const scope = scopeOfCall(undefined, { tenant: "x".repeat(6_000) }, {});
  const id = invocations.open(scope, 0);
  expect(invocations.resolve(id, 0)).toEqual({ scope });
  invocations.settle(id, 0);
  expect(invocations.resolve(id, 0)).toBe("expired");
  expect(() => invocations.openNotification(scope, 0)).toThrow(
    expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message: expect.stringContaining("at most 5000 bytes") }),
  );
  expect([...bystanders, notification].map((other) => invocations.resolve(other, 0))).toEqual([
    { scope: "t1" },
    { scope: "t2" },
    { scope: "t3" },
  ]);
  expect(invocations.stats()).toEqual({ open: 1, lingering: 2, bytes: 4, evicted: 1 });
});

test("scopes count as bytes of their JSON, small ones and those beyond ASCII too", () => {
  const invocations = createInvocations<unknown>("k", limits);
  const bytesOf = (scope: unknown): number => {
    const before = invocations.stats().bytes;
    invocations.openNotification(scope, 0);
    return invocations.stats().bytes - before;
  };
  expect(bytesOf(scopeOfCall(undefined, { tenant: "t1" }, {}))).toBe(15);
  expect(bytesOf(scopeOfCall(undefined, { tenant: "参".repeat(1_000) }, {}))).toBe(3_013);
  expect(bytesOf("参")).toBe(3);
  expect(bytesOf(undefined)).toBe(0);
  expect(bytesOf({ made: "elsewhere" })).toBe(1_024);
});

test("what is over is let go of at once", async () => {
  const invocations = createInvocations<object>("k", limits);
  const lend = (): WeakRef<object>[] =>
    [0, 1, 2].map((index) => {
      const scope = { index };
      const id = index === 2 ? invocations.openNotification(scope, 0) : invocations.open(scope, 0);
      invocations.resolve(id, 0);
      invocations.settle(id, 0);
      return new WeakRef(scope);
    });
  const refs = lend();
  // What a WeakRef was made of lives to the end of its turn.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([true, true, true]);
  invocations.forgetEnded(900_000);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined]);
});
