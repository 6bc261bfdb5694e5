import { expect, test } from "vitest";
import type { Method, Schema } from "./contract.js";
import { manifest, pluginContract } from "./plugin-contract.js";
import { scopeOfParams } from "./scope-of-params.js";
import { validate } from "./validate.js";

const { hostToWorker, workerToHost } = pluginContract;
const check = <T>(schema: Schema<unknown, T>, value: unknown): T =>
  validate(schema as Schema<unknown, T>, value, "params");
const params = (method: Method): Schema => method.params as Schema;

test("a plugin may leave out every handler of the contract", () => {
  expect(Object.keys(hostToWorker)).toEqual([
    ...["validateConfig", "configChanged", "onEvent", "runJob", "handleWebhook", "handleApiRequest"],
    ...["getData", "performAction", "executeTool"],
  ]);
  for (const method of Object.values(hostToWorker)) expect(method.optional).toBe(true);
});

test("every service of the host needs a capability, and a scope where a tenant's data is touched", () => {
  const scoped = Object.entries(workerToHost).filter(([, method]) => (method as Method).scoped === true);
  expect(scoped.map(([name]) => name)).toEqual([
    ...["state.get", "state.set", "state.delete", "state.list", "entities.upsert", "entities.list", "events.emit"],
    ...["activity.log", "channels.open", "channels.emit", "channels.close"],
  ]);
  const capabilities = Object.entries(workerToHost).map(([name, method]) => `${name}: ${method.capability}`);
  expect(capabilities).toMatchInlineSnapshot(`
    [
      "config.get: config.read",
      "state.get: state.read",
      "state.set: state.write",
      "state.delete: state.write",
      "state.list: state.read",
      "entities.upsert: entities.write",
      "entities.list: entities.read",
      "events.emit: events.emit",
      "events.subscribe: events.subscribe",
      "events.unsubscribe: events.subscribe",
      "http.fetch: http.fetch",
      "secrets.resolve: secrets.read",
      "activity.log: activity.write",
      "metrics.write: metrics.write",
      "channels.open: channels.push",
      "channels.emit: channels.push",
      "channels.close: channels.push",
    ]
  `);
});

test("state keys live in a namespace that has a default, and lists come in pages", () => {
  expect(check(params(workerToHost["state.get"]), { key: "a" })).toEqual({ namespace: "default", key: "a" });
  expect(check(params(workerToHost["state.list"]), { prefix: "a/" })).toEqual({
    ...{ namespace: "default", prefix: "a/" },
    ...{ limit: 100, cursor: null },
  });
  expect(() => check(params(workerToHost["state.list"]), { limit: 100_000 })).toThrow("params.limit");
});

test("a missing value is named as missing", () => {
  expect(() => check(params(workerToHost["state.set"]), { key: "a" })).toThrow(/^params\.value: missing$/);
});

test("methods without a result accept null and undefined, and nothing else", () => {
  const { result } = workerToHost["state.set"];
  expect(check(result, null)).toBeUndefined();
  expect(check(result, undefined)).toBeUndefined();
  expect(() => check(result, 1)).toThrow();
});

test("bodies of many megabytes are checked without backtracking", () => {
  const fetch = params(workerToHost["http.fetch"]);
  const base64 = "A".repeat(16 * 1024 * 1024);
  expect(check(fetch, { url: "https://example.org", body: { base64 } })).toMatchObject({ method: "GET" });
  expect(() => check(fetch, { url: "https://example.org", body: { base64: `${base64}*` } })).toThrow("params.body");
});

test("a name, a key and a list have a bound", () => {
  const tool = params(hostToWorker.executeTool);
  expect(() => check(tool, { tool: "x".repeat(257), run: { tenant: "t" } })).toThrow("params.tool");
  expect(() => check(params(workerToHost["state.get"]), { key: "x".repeat(1025) })).toThrow("params.key");
  const entities = Array.from({ length: 1001 }, (_, id) => ({ type: "t", id: String(id) }));
  expect(() => check(params(workerToHost["entities.upsert"]), { entities })).toThrow("params.entities");
});

test("a manifest fills in its defaults and refuses an id that is none", () => {
  const written = { id: "acme.search", name: "Search", version: "1.0.0" };
  expect(check(manifest, written)).toEqual({ ...written, capabilities: [], schedules: [], webhooks: [] });
  expect(() => check(manifest, { ...written, id: "../etc" })).toThrow('params.id: expected an id like "acme.search"');
  expect(() => check(manifest, { ...written, version: "one" })).toThrow("params.version");
});

test("the scope of every method's params is found where the contract puts the tenant", () => {
  const scope = { tenant: "t1" };
  expect(scopeOfParams({ tenant: "t1" })).toEqual(scope);
  for (const carrier of ["run", "actor", "event", "context"]) {
    expect(scopeOfParams({ [carrier]: { tenant: "t1" } })).toEqual(scope);
  }
});

test("params without a tenant, or with two, have no scope", () => {
  for (const none of [undefined, null, 1, "tenant", [], {}, { tenant: "" }, { tenant: 1 }, { run: null }]) {
    expect(scopeOfParams(none)).toBeUndefined();
  }
  expect(scopeOfParams({ tenant: "t1", run: { tenant: "t2" } })).toBeUndefined();
  expect(scopeOfParams({ run: { tenant: "t1" }, actor: { tenant: "t2" } })).toBeUndefined();
});

test("an inherited tenant is no scope", () => {
  expect(scopeOfParams(Object.create({ tenant: "t1" }))).toBeUndefined();
});
