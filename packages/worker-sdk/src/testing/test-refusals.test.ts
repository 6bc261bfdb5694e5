import { setImmediate as nextTurn } from "node:timers/promises";
import { defineContract, ErrorCode, notification, request } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { greeter } from "../../test/contracts/greeter.js";
import { definePlugin } from "../define-plugin.js";
import { createTestHost } from "./test-host.js";

const greeting = definePlugin(greeter, { greet: () => ({ text: "hi" }), tail: () => [], flush() {} });

/** What somebody without types can call. */
interface Untyped {
  request(method: unknown, params: unknown, options?: unknown): Promise<unknown>;
  stream(method: unknown, params: unknown, options?: unknown): AsyncIterator<unknown>;
  notify(method: unknown, params: unknown, options?: unknown): boolean;
}

test("after close a call fails as on a stopped worker: data tells that it did not run", async () => {
  const host = await createTestHost(greeting, { workerId: "w" });
  await host.close();
  const refused = {
    code: ErrorCode.WORKER_UNAVAILABLE,
    remote: false,
    message: "greet: worker w is stopped: its test host is closed; make another",
    data: { mayHaveRun: false, workerId: "w", status: "stopped" },
  };
  await expect(host.request("greet", { name: "Ada" })).rejects.toMatchObject(refused);
  await expect(host.health()).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: refused.data });
  await expect(host.stream("tail", { file: "a" }).next()).rejects.toMatchObject({ data: refused.data });
  expect(host.notify("flush", {})).toBe(false);
});

test("while it closes it takes no new calls, and a call that is left dies with it", async () => {
  const plugin = definePlugin(greeter, { greet: () => new Promise(() => {}), tail: () => [], flush() {} });
  const time = manualClock();
  const host = await createTestHost(plugin, { workerId: "w", clock: time.clock });
  const left = host.request("greet", { name: "Ada" }, { timeoutMs: 1_000_000 });
  const closed = host.close();
  await expect(host.request("greet", { name: "Bob" })).rejects.toMatchObject({
    data: { mayHaveRun: false, workerId: "w", status: "stopping" },
  });
  // The drain, what is left of it after the abort, and the wait for the output each have a timer.
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });
  while (!isClosed) await time.fire();
  await expect(left).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    message: "greet: worker w: it was asked to end",
    data: { mayHaveRun: true, workerId: "w", reason: "requested", code: 0, signal: null },
  });
  await closed;
});

test("a method the plugin leaves out is refused before it is sent", async () => {
  await using host = await createTestHost(greeting, { workerId: "w" });
  expect(host.implements("greet")).toBe(true);
  expect(host.implements("forget")).toBe(false);
  await expect(host.request("forget", { name: "Ada" })).rejects.toMatchObject({
    code: ErrorCode.METHOD_NOT_IMPLEMENTED,
    remote: false,
    message: 'forget: worker w does not implement it; ask worker.implements("forget") first',
    data: { mayHaveRun: false, workerId: "w" },
  });
});

test("methods of the runtime are nobody's to call, and are not listed", async () => {
  await using host = await createTestHost(greeting);
  const untyped = host as unknown as Untyped;
  for (const method of ["shutdown", "initialize", "health", "$/ping", "$/cancel", "gret", "__proto__"]) {
    const refused = {
      code: ErrorCode.METHOD_NOT_FOUND,
      data: { mayHaveRun: false },
      message: `the contract acme.greeter has no method "${method}" of a worker; it has ${Object.keys(greeter.hostToWorker).join(", ")}`,
    };
    await expect(untyped.request(method, {})).rejects.toMatchObject(refused);
    await expect(untyped.stream(method, {}).next()).rejects.toMatchObject(refused);
    expect(untyped.notify(method, {})).toBe(false);
  }
  await expect(host.request("greet", { name: "Ada" }), "it still serves").resolves.toEqual({ text: "hi" });
  const many = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`m${n}`, notification({ params: z.null() })]));
  const contract = defineContract({ name: "acme.many", version: 1, hostToWorker: many, workerToHost: {} });
  const handlers = Object.fromEntries(Object.keys(many).map((name) => [name, () => {}]));
  await using large = await createTestHost(definePlugin(contract, handlers));
  await expect((large as unknown as Untyped).request("x", {})).rejects.toThrow(/ m11 and 3 more$/);
});

test("options and methods that are none", async () => {
  await using host = await createTestHost(greeting);
  const { request, stream } = host as unknown as Untyped;
  const wrong: [method: unknown, options: unknown, message: string][] = [
    ["greet", null, "greet: options: expected an object with options, got null"],
    ["greet", 5, "greet: options: expected an object with options, got number"],
    [5, undefined, "method: expected the name of a method of the contract, got number"],
    [Symbol("x"), undefined, "method: expected the name of a method of the contract, got symbol"],
    ["greet", { timeout: 5 }, expect.stringContaining('greet: there is no option "timeout"; did you mean timeoutMs?')],
    ["greet", { scope: "x" }, 'greet: scope: expected an object such as { tenant: "t1" }, got string'],
  ];
  for (const [method, options, message] of wrong) {
    const refused = { code: ErrorCode.INVALID_PARAMS, message };
    await expect(request(method, { name: "Ada" }, options)).rejects.toMatchObject(refused);
    await expect(stream(method, { name: "Ada" }, options).next()).rejects.toMatchObject(refused);
  }
});

test("capabilities and the scope are held against the contract", async () => {
  const wrong: [options: object, message: string][] = [
    [
      { denied: ["state.raed"] },
      'options.denied: no method of the contract acme.greeter needs "state.raed"; did you mean',
    ],
    [
      { capabilities: ["nonsense"] },
      'options.capabilities: no method of the contract acme.greeter needs "nonsense" (it',
    ],
    [{ scope: 5 }, 'scope: expected an object such as { tenant: "t1" }, got number'],
    [{ scope: { tenant: 5 } }, "scope"],
  ];
  for (const [options, message] of wrong) {
    const made = createTestHost(greeting, options);
    await expect(made).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
    await expect(made).rejects.toThrow(message);
  }
  // @ts-expect-error: the contract knows no such capability
  await expect(createTestHost(greeting, { denied: ["cpa"] })).rejects.toThrow("cpa");
});

test("a contract whose scope has no tenant has no default scope", async () => {
  const contract = defineContract({
    name: "acme.scoped",
    version: 1,
    scope: z.object({ shop: z.string() }),
    hostToWorker: { whose: request({ params: z.object({}), result: z.unknown() }) },
    workerToHost: {},
  });
  const plugin = definePlugin(contract, { whose: (_, { scope }) => scope ?? null });
  await using host = await createTestHost(plugin);
  await expect(host.request("whose", {})).resolves.toBeNull();
  await expect(host.request("whose", {}, { scope: { shop: "s" } })).resolves.toEqual({ shop: "s" });
});

test("health is what the plugin says, as of a worker", async () => {
  const options = { health: () => ({ status: "degraded" as const, message: "slow disk" }) };
  await using host = await createTestHost(definePlugin(pluginContract, {}, options));
  const health = await host.health();
  expectTypeOf(health.status).toEqualTypeOf<"ok" | "degraded" | "error">();
  expect(health).toEqual({ status: "degraded", message: "slow disk" });
});

test("a channel that is open at the end closes with the reason a host gives", async () => {
  const params = z.object({ channel: z.string() });
  const contract = defineContract({
    name: "acme.live",
    version: 1,
    hostToWorker: { open: request({ params: z.object({}), result: z.null() }) },
    workerToHost: {
      "channels.open": notification({ params }),
      "channels.emit": notification({ params: params.extend({ data: z.number() }) }),
      "channels.close": notification({ params }),
    },
  });
  const plugin = definePlugin(contract, {
    open(_, { host }) {
      host.notify("channels.open", { channel: "live" });
      host.notify("channels.emit", { channel: "live", data: 1 });
      return null;
    },
  });
  const host = await createTestHost(plugin);
  const live = host.channel("live");
  await host.request("open", {});
  await live.next();
  await host.close();
  expect(live.closed).toEqual({ by: "worker-ended", reason: "its worker ended: requested" });
});

/** A clock whose timers go off when the test says so. */
function manualClock() {
  const timers = new Set<() => void>();
  const clock = {
    now: () => 0,
    setTimer(run: () => void, ms: number) {
      if (ms >= 1_000_000) return () => {};
      timers.add(run);
      return () => void timers.delete(run);
    },
  };
  const fire = async (): Promise<void> => {
    const due = [...timers];
    timers.clear();
    for (const run of due) run();
    await nextTurn();
  };
  return { clock, fire };
}

test("what cannot be subscribed to is refused as a host refuses it", async () => {
  const noChannels = await createTestHost(greeting);
  const untyped = (host: unknown) => (host as { channel(name: unknown, options?: unknown): unknown }).channel;
  expect(() => untyped(noChannels)("builds")).toThrow(/has no notification "channels.emit" of a host/);
  const pushing = defineContract({
    name: "t.pushing",
    version: 1,
    hostToWorker: {},
    workerToHost: { "channels.emit": pluginContract.workerToHost["channels.emit"] },
  });
  const host = await createTestHost(definePlugin(pushing, {}), {});
  const channel = untyped(host);
  expect(() => channel("")).toThrow(/^channel: expected a name of 1 to 256 characters, got ""/);
  expect(() => channel("a", { scop: {} })).toThrow(/did you mean scope\?/);
  expect(() => channel("a", { buffer: { item: 1 } })).toThrow(/did you mean items\?/);
  expect(() => channel("a", null)).toThrow(/expected an object, got null/);
  expect(() => channel("a", { scope: { tenant: 7 } })).toThrow(/scope/);
});
