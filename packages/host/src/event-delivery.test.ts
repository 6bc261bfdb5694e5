import { defineContract, ErrorCode, type PluginEvent } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { expect, it } from "vitest";
import { silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { createEventDelivery, type DeliveryOptions } from "./event-delivery.js";
import { fakeRuntime, settled } from "./fake-clock.js";
import { fakeLauncher } from "./fake-launcher.js";

const { onEvent } = pluginContract.hostToWorker;
const { "events.subscribe": subscribe, "events.unsubscribe": unsubscribe } = pluginContract.workerToHost;
const contract = defineContract({
  name: "acme.events",
  version: 1,
  hostToWorker: { onEvent },
  workerToHost: { "events.subscribe": subscribe, "events.unsubscribe": unsubscribe },
});

const never = (): Promise<never> => new Promise(() => {});
const event = (n: number, name = "issue.created", payload: PluginEvent["payload"] = { n }): PluginEvent => ({
  ...{ id: `e${n}`, name, payload, tenant: "t1", occurredAt: "2026-01-01T00:00:00Z" },
});

/** What the worker does with an event; throws to fail it. */
type OnEvent = (event: PluginEvent, launch: number) => unknown;

async function setup(
  onEvent: OnEvent = () => null,
  options: DeliveryOptions = {},
  patterns: (launch: number) => readonly { pattern: string; filter?: object }[] = () => [{ pattern: "issue.*" }],
) {
  const runtime = fakeRuntime();
  const seen: { id: string; launch: number; scope: unknown }[] = [];
  const launcher = fakeLauncher(contract, (launch) => ({
    async setup() {
      for (const asked of patterns(launch)) await launcher.latest.peer.request("events.subscribe", asked);
    },
    handlers: {
      onEvent(params, call) {
        const { event } = params as { event: PluginEvent };
        seen.push({ id: event.id, launch, scope: call.meta?.invocation?.scope });
        return onEvent(event, launch);
      },
    },
  }));
  const delivery = createEventDelivery({ clock: runtime.clock, ...options });
  const host = createHost(contract, {
    ...{ runtime, logger: silent, handlers: delivery.handlers },
    restart: { initialDelayMs: 1_000, jitter: 0 },
  });
  delivery.connect(host);
  const told: string[] = [];
  delivery.on("delivered", ({ event, attempts }) => told.push(`delivered ${event.id} ${attempts}`));
  delivery.on("dead-letter", ({ event, why, attempts }) => told.push(`dead ${event.id} ${why} ${attempts}`));
  const worker = await host.start("w", { launcher, capabilities: ["events.subscribe"] });
  const ids = () => seen.map(({ id }) => id);
  const stats = () => delivery.diagnostics()[0];
  return { runtime, launcher, host, delivery, worker, seen, ids, told, stats };
}

it("events reach who subscribed to them, in order of arrival, one at a time", async () => {
  const { delivery, seen, told, stats } = await setup();
  expect([event(1), event(2, "user.created"), event(3)].map((one) => delivery.publish(one))).toEqual([
    ["w"],
    [],
    ["w"],
  ]);
  await settled();
  expect(seen).toEqual([1, 3].map((n) => ({ id: `e${n}`, launch: 1, scope: { tenant: "t1" } })));
  expect(told).toEqual(["delivered e1 1", "delivered e3 1"]);
  expect(stats()).toMatchObject({ queued: 0, bytes: 0, delivered: 2, redelivered: 0, deadLetters: 0 });
});

it("the next is sent when the one before was acknowledged; with a window, some are on their way", async () => {
  const one = await setup(never);
  const three = await setup(never, { window: 3 });
  for (const { delivery } of [one, three]) for (let n = 1; n <= 5; n++) delivery.publish(event(n));
  await settled();
  expect([one.ids(), three.ids()]).toEqual([["e1"], ["e1", "e2", "e3"]]);
  expect(three.stats()).toMatchObject({ queued: 5, inFlight: 3 });
});

it("an event whose delivery died with the worker is sent to the next process, before those behind it", async () => {
  const { delivery, runtime, launcher, ids, told, seen } = await setup((_, launch) => (launch === 1 ? never() : null));
  delivery.publish(event(1));
  delivery.publish(event(2));
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  expect(delivery.publish(event(3))).toEqual(["w"]);
  await runtime.advance(2_000);
  expect(ids()).toEqual(["e1", "e1", "e2", "e3"]);
  expect(seen.map(({ launch }) => launch)).toEqual([1, 2, 2, 2]);
  expect(told).toEqual(["delivered e1 2", "delivered e2 1", "delivered e3 1"]);
});

it("a subscription ends with its process: of what was kept meanwhile, the next gets what it asks for itself", async () => {
  const { delivery, runtime, launcher, ids, stats } = await setup(undefined, {}, (launch) => [
    { pattern: launch === 1 ? "*" : "user.created" },
  ]);
  launcher.latest.die("SIGKILL");
  await settled();
  delivery.publish(event(1));
  delivery.publish(event(2, "user.created"));
  await runtime.advance(2_000);
  delivery.publish(event(3));
  await settled();
  expect(ids()).toEqual(["e2"]);
  expect(stats()).toMatchObject({ queued: 0, unwanted: 1, subscriptions: 1 });
});

it("filters hold, and an unsubscribed pattern is over", async () => {
  const { delivery, launcher, ids } = await setup(undefined, {}, () => [{ pattern: "issue.*", filter: { n: 2 } }]);
  for (const n of [1, 2, 3]) delivery.publish(event(n));
  await settled();
  expect(ids()).toEqual(["e2"]);
  await launcher.latest.peer.request("events.unsubscribe", { id: "subscription-1" });
  expect(delivery.publish(event(2))).toEqual([]);
});

it("a delivery that fails is tried again, later each time, with those behind it waiting; then it is a dead letter", async () => {
  const broken: OnEvent = ({ id }) => {
    if (id === "e1") throw new Error("not today");
    return null;
  };
  const { delivery, runtime, ids, told } = await setup(broken, { maxAttempts: 3 });
  delivery.publish(event(1));
  delivery.publish(event(2));
  await settled();
  expect(ids()).toEqual(["e1"]);
  await runtime.advance(999);
  expect(ids()).toEqual(["e1"]);
  await runtime.advance(1);
  expect(ids()).toEqual(["e1", "e1"]);
  await runtime.advance(1_999);
  expect(ids()).toEqual(["e1", "e1"]);
  await runtime.advance(1);
  expect(ids()).toEqual(["e1", "e1", "e1", "e2"]);
  expect(told).toEqual(["dead e1 attempts 3", "delivered e2 1"]);
});

it("an event that kills its worker is a dead letter after as many deaths", async () => {
  const { delivery, runtime, launcher, told } = await setup(
    ({ id }) => {
      if (id === "e1") launcher.latest.die("SIGSEGV");
      return null;
    },
    { maxAttempts: 2 },
  );
  delivery.publish(event(1));
  delivery.publish(event(2));
  await runtime.advance(60_000);
  expect(told).toEqual(["dead e1 attempts 2", "delivered e2 1"]);
});

it("what cannot get better is not tried again", async () => {
  const { delivery, told } = await setup(({ id }) => {
    if (id === "e1") throw Object.assign(new Error("wrong payload"), { code: ErrorCode.INVALID_PARAMS });
    return null;
  });
  delivery.publish(event(1));
  delivery.publish(event(2));
  await settled();
  expect(told).toEqual(["dead e1 refused 1", "delivered e2 1"]);
});

it("past the bound, in count or bytes, an event is a dead letter and no worker is named", async () => {
  const count = await setup(never, { maxEvents: 2 });
  expect([1, 2, 3].map((n) => count.delivery.publish(event(n)))).toEqual([["w"], ["w"], []]);
  expect(count.told).toEqual(["dead e3 overflow 0"]);
  const bytes = await setup(never, { maxBytes: 1_000 });
  expect(bytes.delivery.publish(event(1, "issue.created", "x".repeat(2_000)))).toEqual([]);
  expect(bytes.told).toEqual(["dead e1 overflow 0"]);
  expect(bytes.stats()).toMatchObject({ queued: 0, bytes: 0, deadLetters: 1 });
});

it("a worker that was stopped has asked for nothing; what was queued before waits for its start", async () => {
  const { delivery, host, runtime, ids } = await setup((_, launch) => (launch === 1 ? never() : null));
  delivery.publish(event(1));
  await settled();
  const stopped = host.stop("w");
  await runtime.advance(20_000);
  await stopped;
  expect(delivery.publish(event(2))).toEqual([]);
  await host.start("w");
  await settled();
  expect(ids()).toEqual(["e1", "e1"]);
});

it("a worker that is forgotten gives back what it did not get", async () => {
  const { delivery } = await setup(never);
  delivery.publish(event(1));
  delivery.publish(event(2));
  expect(delivery.forget("w").map(({ id }) => id)).toEqual(["e1", "e2"]);
  expect([delivery.diagnostics(), delivery.publish(event(3))]).toEqual([[], []]);
});

it("who changes his event after he published it changes nothing", async () => {
  const { delivery, runtime, launcher } = await setup((_, launch) => (launch === 1 ? never() : null));
  const payload = { n: 1 };
  delivery.publish(event(1, "issue.created", payload));
  payload.n = 2;
  const delivered = new Promise<PluginEvent>((resolve) => delivery.once("delivered", ({ event }) => resolve(event)));
  await settled();
  launcher.latest.die("SIGKILL");
  await runtime.advance(2_000);
  expect((await delivered).payload).toEqual({ n: 1 });
});

it("what is no event, no pattern and no option is refused, saying why", async () => {
  const { delivery, launcher } = await setup();
  expect(() => delivery.publish({ ...event(1), id: "" })).toThrow(/^event\.id: expected text/);
  for (const occurredAt of ["x", "2026-01-01T00:00:00", 5]) {
    const given = { ...event(1), occurredAt } as never;
    expect(() => delivery.publish(given)).toThrow(/^event\.occurredAt: expected an ISO 8601 time with its zone/);
  }
  const { peer } = launcher.latest;
  await expect(peer.request("events.subscribe", { pattern: "*.created" })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: expect.stringContaining("params.pattern"),
  });
  expect(() => createEventDelivery({ maxEvent: 5 } as never)).toThrow(/did you mean maxEvents/);
  expect(() => createEventDelivery({ window: 0 })).toThrow(/window: expected a whole number from 1/);
});

it("subscriptions of one process are bounded", async () => {
  const { launcher } = await setup(undefined, { maxSubscriptions: 1 });
  await expect(launcher.latest.peer.request("events.subscribe", { pattern: "*" })).rejects.toMatchObject({
    code: ErrorCode.OVERLOADED,
  });
});

it("a first subscription made after the setup is served at once", async () => {
  const { delivery, launcher, ids } = await setup(undefined, {}, () => []);
  await launcher.latest.peer.request("events.subscribe", { pattern: "issue.*" });
  expect(delivery.publish(event(1))).toEqual(["w"]);
  await settled();
  expect(ids()).toEqual(["e1"]);
  delivery.forget("w");
  await launcher.latest.peer.request("events.subscribe", { pattern: "issue.*" });
  delivery.publish(event(2));
  await settled();
  expect(ids()).toEqual(["e1", "e2"]);
});

it("a subscription that comes late is not its next process's", async () => {
  let check = (): void => {};
  const runtime = fakeRuntime();
  const delivery = createEventDelivery({ clock: runtime.clock });
  const launcher = fakeLauncher(contract, {});
  await using host = createHost(contract, {
    ...{ runtime, logger: silent, restart: { initialDelayMs: 1_000, jitter: 0 } },
    handlers: {
      ...delivery.handlers,
      async "events.subscribe"(params, context) {
        await new Promise<void>((resolve) => (check = resolve));
        return delivery.handlers["events.subscribe"](params, context);
      },
    },
  });
  delivery.connect(host);
  await host.start("w", { launcher, capabilities: ["events.subscribe"] });
  launcher.latest.peer.request("events.subscribe", { pattern: "old.*" }).catch(() => {});
  await settled();
  const passLate = check;
  launcher.latest.die("SIGKILL");
  await runtime.advance(1_300);
  const subscribed = launcher.latest.peer.request("events.subscribe", { pattern: "issue.*" });
  await settled();
  check();
  await subscribed;
  passLate();
  await settled();
  expect(delivery.publish(event(1))).toEqual(["w"]);
  expect(delivery.publish(event(2, "old.news"))).toEqual([]);
});

it("of what was returned when its worker was forgotten nothing is told", async () => {
  let acknowledge = (): void => {};
  const { delivery, told } = await setup(() => new Promise<void>((resolve) => (acknowledge = resolve)));
  delivery.publish(event(1));
  await settled();
  expect(delivery.forget("w")).toHaveLength(1);
  acknowledge();
  await settled();
  expect(told).toEqual([]);
});

it("what fails after its worker was forgotten leaves no timer behind", async () => {
  let fail = (): void => {};
  const failing: OnEvent = () => new Promise((_, reject) => (fail = () => reject(new Error("not today"))));
  const { delivery, runtime } = await setup(failing);
  delivery.publish(event(1));
  await settled();
  delivery.forget("w");
  const before = runtime.timers();
  fail();
  await settled();
  expect(runtime.timers().filter((ms) => !before.includes(ms))).toEqual([]);
});

it("the filters of one process are bounded in bytes", async () => {
  const { launcher, delivery, stats } = await setup(undefined, { maxSubscriptionBytes: 1_000 }, () => []);
  const { peer } = launcher.latest;
  const filter = { title: "x".repeat(600) };
  const { id } = (await peer.request("events.subscribe", { pattern: "*", filter })) as { id: string };
  await expect(peer.request("events.subscribe", { pattern: "*", filter })).rejects.toMatchObject({
    code: ErrorCode.OVERLOADED,
    message: expect.stringContaining("1000 bytes"),
  });
  await peer.request("events.unsubscribe", { id });
  await peer.request("events.subscribe", { pattern: "*", filter });
  // Bytes count as base64.
  await peer.request("events.subscribe", { pattern: "*", filter: { bytes: new Uint8Array(150) } });
  expect(stats()).toMatchObject({ subscriptions: 2 });
  expect(() => delivery.publish(event(1))).not.toThrow();
});

it("with a window, another event's first failure does not shorten the wait of one that failed often", async () => {
  let failLate = (): void => {};
  const tries: string[] = [];
  const { delivery, runtime } = await setup(
    ({ id }) => {
      tries.push(id);
      if (id === "e1") throw new Error("not today");
      return new Promise((_, reject) => (failLate = () => reject(new Error("nor me"))));
    },
    { window: 2, retryMs: 1_000 },
  );
  delivery.publish(event(1));
  await settled();
  await runtime.advance(1_000);
  delivery.publish(event(2));
  await runtime.advance(2_000);
  expect(tries).toEqual(["e1", "e1", "e1", "e2"]);
  await runtime.advance(100);
  failLate();
  await runtime.advance(3_800);
  expect(tries).toHaveLength(4);
  await runtime.advance(100);
  expect(tries.slice(4)).toEqual(["e1", "e2"]);
});
