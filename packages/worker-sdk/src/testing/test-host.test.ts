import { defineContract, ErrorCode, request } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { greeter } from "../../test/contracts/greeter.js";
import { definePlugin } from "../define-plugin.js";
import { actions, data, jobs, type RoutedContext, tool, tools } from "../routers.js";
import { createTestHost } from "./test-host.js";

const greeting = definePlugin(greeter, {
  async greet({ name, times }, { host, log }) {
    log.info("greeting", { name });
    const title = await host.request("state.get", { key: name });
    return { text: `${title ?? "friend"} ${name} `.repeat(times) };
  },
  async *tail({ file }) {
    yield `${file}:1`;
    yield `${file}:2`;
  },
  flush: (_, { log }) => log.info("flushed"),
});

test("the test host is typed by the contract", async () => {
  await using host = await createTestHost(greeting, {
    handlers: { "state.get": ({ key }, { scope }) => `${scope.tenant} ${key}` },
  });
  const { text } = await host.request("greet", { name: "Ada" }, { scope: { tenant: "t1" } });
  expectTypeOf(text).toBeString();
  expect(text).toBe("t1 Ada Ada ");
  // @ts-expect-error: no such method
  await expect(host.request("gret", {})).rejects.toMatchObject({ code: ErrorCode.METHOD_NOT_FOUND });
});

test("seeded state, captured logs and calls, streams and notifications", async () => {
  await using host = await createTestHost(greeting, { state: { Ada: "Lady" } });
  await expect(host.request("greet", { name: "Ada", times: 2 })).resolves.toEqual({ text: "Lady Ada Lady Ada " });
  await expect(host.request("greet", { name: "Bob" })).resolves.toEqual({ text: "friend Bob " });
  expect(host.calls).toMatchObject([
    { method: "state.get", params: { key: "Ada" }, scope: { tenant: "test" } },
    { method: "state.get", params: { key: "Bob" } },
  ]);
  const lines: string[] = [];
  for await (const line of host.stream("tail", { file: "a" })) lines.push(line);
  expect(lines).toEqual(["a:1", "a:2"]);
  expect(host.notify("flush", {})).toBe(true);
  await expect.poll(() => host.logs.map(({ message }) => message)).toEqual(["greeting", "greeting", "flushed"]);
});

test("A19 a capability not granted is denied as a host denies it", async () => {
  await using host = await createTestHost(greeting, { denied: ["state.read"] });
  await expect(host.request("greet", { name: "Ada" })).rejects.toMatchObject({
    code: ErrorCode.CAPABILITY_DENIED,
    data: { needed: "state.read", granted: [] },
  });
  expect(host.calls).toEqual([]);
});

test("what a plugin needs is compared with what it was granted, as a host does", async () => {
  const plugin = definePlugin(
    greeter,
    { greet: () => ({ text: "" }), tail: () => [], flush() {} },
    {
      capabilities: ["state.read"],
    },
  );
  await using all = await createTestHost(plugin);
  await using denied = await createTestHost(plugin, { denied: ["state.read"] });
  await using silent = await createTestHost(greeting);
  expect(all.capabilities).toMatchObject({ declared: ["state.read"], granted: ["state.read"], missing: [] });
  expect(denied.capabilities).toMatchObject({ declared: ["state.read"], granted: [], missing: ["state.read"] });
  expect(silent.capabilities).toMatchObject({ declared: undefined, missing: [] });
});

test("a call without a scope is refused what needs one", async () => {
  await using host = await createTestHost(greeting, { scope: null });
  await expect(host.request("greet", { name: "Ada" })).rejects.toMatchObject({
    code: ErrorCode.INVOCATION_SCOPE_DENIED,
  });
});

test("wrong params and wrong results fail as they do between processes", async () => {
  const broken = definePlugin(greeter, { greet: () => ({}) as never, tail: () => 7 as never, flush() {} });
  await using host = await createTestHost(broken);
  await expect(host.request("greet", { name: 7 } as never)).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
  await expect(host.request("greet", { name: "Ada" })).rejects.toMatchObject({ code: ErrorCode.INVALID_RESULT });
  await expect(host.stream("tail", { file: "a" }).next()).rejects.toMatchObject({ code: ErrorCode.INVALID_RESULT });
  await expect(host.request("forget", { name: 7 } as never)).rejects.toMatchObject({
    code: ErrorCode.METHOD_NOT_IMPLEMENTED,
  });
});

const product = definePlugin(pluginContract, {
  runJob: jobs({
    async all(_, { host }) {
      const config = await host.request("config.get", { key: "folder" });
      await host.request("state.set", { key: "a/1", value: { n: 1 } });
      await host.request("state.set", { key: "a/2", value: 2 });
      await host.request("state.set", { key: "b", value: 3, namespace: "other" });
      const listed = await host.request("state.list", { prefix: "a/", limit: 1 });
      const next = await host.request("state.list", { prefix: "a/", cursor: listed.cursor });
      const deleted = await host.request("state.delete", { key: "a/2" });
      const entity = { type: "doc", id: "1", title: "One" };
      const upserted = await host.request("entities.upsert", { entities: [entity, { ...entity, id: "2" }] });
      const again = await host.request("entities.upsert", { entities: [entity] });
      const entities = await host.request("entities.list", { ids: ["1"] });
      const { id } = await host.request("events.emit", { name: "doc.indexed", payload: 1 });
      await host.request("events.subscribe", { pattern: "issue.*" });
      const page = await host.request("http.fetch", { url: "https://example.org" });
      const secret = await host.request("secrets.resolve", { ref: "token" });
      const missing = await host.request("secrets.resolve", { ref: "toString" }).catch((error) => error.code);
      await host.request("activity.log", { message: "did it" });
      await host.request("metrics.write", { name: "runs", value: 1 });
      host.notify("channels.emit", { channel: "early", data: 0 });
      host.notify("channels.open", { channel: "live" });
      host.notify("channels.emit", { channel: "live", data: 1 });
      host.notify("channels.close", { channel: "live" });
      host.notify("channels.emit", { channel: "live", data: 2 });
      return {
        ...{ config, listed, next, deleted, upserted, again, id, secret, missing },
        ...{ entities: entities.entities.map((found) => found.id), status: page.status },
      };
    },
  }),
  getData: data({ tenant: (_, { scope }) => scope }),
});

test("the product in memory answers every method of pluginContract", async () => {
  await using host = await createTestHost(product, {
    ...{ config: { folder: "docs" }, secrets: { token: "s3cret" } },
    http: ({ url }: { url: string }) => ({ url, status: 204, headers: {} }),
  });
  await expect(host.runJob("all")).resolves.toEqual({
    config: "docs",
    listed: { entries: [{ key: "a/1", value: { n: 1 } }], cursor: "a/1" },
    next: { entries: [{ key: "a/2", value: 2 }], cursor: null },
    ...{ deleted: true, upserted: { created: 2, updated: 0 }, again: { created: 0, updated: 1 } },
    ...{ id: "event-1", secret: "s3cret", missing: ErrorCode.INVALID_PARAMS, entities: ["1"], status: 204 },
  });
  expect([...host.state]).toEqual([["a/1", { n: 1 }]]);
  expect([...host.stateOf({ tenant: "test" }, "other")]).toEqual([["b", 3]]);
  expect(host.entitiesOf().map(({ id }) => id)).toEqual(["1", "2"]);
  const { recorded } = host;
  expect(recorded.events).toMatchObject([{ name: "doc.indexed", payload: 1, scope: { tenant: "test" } }]);
  expect([...recorded.subscriptions.values()]).toEqual(["issue.*"]);
  expect(recorded.activity).toMatchObject([{ message: "did it" }]);
  expect(recorded.metrics).toMatchObject([{ name: "runs", value: 1, kind: "gauge" }]);
  expect(recorded.pushes).toMatchObject([{ channel: "live", data: 1 }]);
});

test("one tenant does not see what another stored; the scope comes from params as in a host", async () => {
  await using host = await createTestHost(product, {
    http: () => ({ url: "", status: 200, headers: {} }),
    secrets: { token: "" },
  });
  await host.runJob("all", { tenant: "t2" });
  expect(host.state.size).toBe(0);
  expect(host.stateOf({ tenant: "t2" }).size).toBe(1);
  await expect(host.getData("tenant")).resolves.toEqual({ tenant: "test" });
});

test("setup runs, its failure is thrown, and close runs teardown", async () => {
  const order: string[] = [];
  const hooks = { setup: () => void order.push("setup"), teardown: () => void order.push("teardown") };
  const host = await createTestHost(definePlugin(pluginContract, {}, hooks));
  expect(order).toEqual(["setup"]);
  await expect(host.close()).resolves.toBe(0);
  expect(order).toEqual(["setup", "teardown"]);
  await expect(host.getData("x")).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  const broken = definePlugin(pluginContract, {}, { setup: () => Promise.reject(new Error("no licence")) });
  await expect(createTestHost(broken)).rejects.toThrow("no licence");
});

test("W6: a new test host knows nothing of the one before: no state, no subscriptions", async () => {
  const options = { http: () => ({ url: "", status: 200, headers: {} }), secrets: { token: "" } };
  for (let incarnation = 0; incarnation < 2; incarnation++) {
    await using host = await createTestHost(product, options);
    await host.runJob("all");
    expect(host.recorded.subscriptions.size).toBe(1);
  }
});

test("a contract of its own gets its methods from the test", async () => {
  const params = z.object({});
  const contract = defineContract({
    name: "own",
    version: 1,
    hostToWorker: { go: request({ params, result: z.number() }) },
    workerToHost: { roll: request({ params, result: z.number() }), missing: request({ params, result: z.number() }) },
  });
  const plugin = definePlugin(contract, {
    go: async (_, { host }) =>
      (await host.request("roll", {})) + (await host.request("missing", {}).catch((e) => e.code)),
  });
  await using host = await createTestHost(plugin, { handlers: { roll: () => 4 } });
  await expect(host.request("go", {})).resolves.toBe(4 + ErrorCode.METHOD_NOT_IMPLEMENTED);
});

test("an option that is wrong is told by name, with what was expected", async () => {
  const wrong: [options: unknown, message: string][] = [
    [null, "createTestHost: options: expected an object, got null"],
    [{ sate: {} }, 'createTestHost: options: there is no option "sate"; it has workerId, capabilities, denied'],
    [{ state: "Ada" }, "createTestHost: options.state: expected an object, got string"],
    [{ denied: "state.read" }, "createTestHost: options.denied: expected a list of strings, got string"],
    [{ http: {} }, "createTestHost: options.http: expected a function, got object"],
    [{ handlers: { "state.gte": () => null } }, '"state.gte" is no method a plugin of contract acme.greeter can call'],
    [{ handlers: { "state.get": 7 } }, 'options.handlers["state.get"]: expected a function, got number'],
  ];
  for (const [options, message] of wrong)
    await expect(createTestHost(greeting, options as never)).rejects.toThrow(message);
  await expect(createTestHost(undefined as never)).rejects.toThrow("expected a plugin made by definePlugin");
});

test("every shorthand takes the options of a call beside its facts", async () => {
  const report =
    (name: string) =>
    async (_: unknown, { progress, scope }: RoutedContext) => {
      progress({ message: `${name} ${scope?.tenant}` });
      return { content: name };
    };
  const plugin = definePlugin(pluginContract, {
    executeTool: tools({ it: tool({ description: "", params: z.unknown() }, report("tool")) }),
    runJob: jobs({ it: report("job") }),
    performAction: actions({ it: report("action"), endless: () => new Promise(() => {}) }),
    getData: data({ it: (_, { scope, traceparent }, { actor }) => ({ scope, actor, traceparent }) }),
  });
  await using host = await createTestHost(plugin);
  const heard: unknown[] = [];
  const options = { tenant: "t2", onProgress: (value: unknown) => heard.push(value) };
  await host.executeTool("it", {}, options);
  await host.runJob("it", options);
  await host.performAction("it", {}, { ...options, user: "ada" });
  expect(heard).toEqual([{ message: "tool t2" }, { message: "job t2" }, { message: "action t2" }]);
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  await expect(host.getData("it", {}, { user: "ada", scope: { tenant: "t3" }, traceparent })).resolves.toEqual({
    scope: { tenant: "t3" },
    traceparent,
    actor: { tenant: "test", user: "ada" },
  });
  const endless = host.performAction("endless", {}, { signal: AbortSignal.abort() });
  await expect(endless).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  const idle = host.performAction("endless", {}, { idleTimeoutMs: 5 });
  await expect(idle).rejects.toMatchObject({ code: ErrorCode.TIMEOUT, data: { idleTimeoutMs: 5 } });
});
