import { expect, test } from "vitest";
import { z } from "zod";
import { defineContract, type MethodMap, notification, request, stream } from "./contract.js";

const none = z.object({});
const define = (name: string, version: number, methods: MethodMap) =>
  defineContract({ name, version, hostToWorker: {}, workerToHost: methods });

test("a contract needs a name and a positive whole version", () => {
  for (const name of ["", "  ", undefined as unknown as string]) expect(() => define(name, 1, {})).toThrow(TypeError);
  for (const version of [0, -1, 1.5, Number.NaN, "1" as unknown as number]) {
    expect(() => define("a", version, {})).toThrow(/expected a positive integer/);
  }
});

test.each(["initialize", "initialized", "health", "shutdown", "$/ping", "$/mine", ""])(
  "the method name %j is the runtime's",
  (name) => {
    expect(() => define("a", 1, { [name]: notification({ params: none }) })).toThrow(/reserved for the runtime/);
  },
);

test("names that objects inherit are ordinary method names", () => {
  const { workerToHost } = define("a", 1, { constructor: notification({ params: none }) });
  expect(Object.keys(workerToHost)).toEqual(["constructor"]);
});

test("what a contract says cannot be changed later", () => {
  const contract = define("a", 1, { ping: notification({ params: none }) });
  expect(Object.isFrozen(contract) && Object.isFrozen(contract.workerToHost)).toBe(true);
  expect(() => Object.assign(contract.workerToHost, { more: 1 })).toThrow(TypeError);
});

test("what a method says of itself is kept", () => {
  const options = { capability: "a", scoped: true, timeoutMs: 5, idempotent: true };
  expect(request({ params: none, result: none, ...options })).toMatchObject({ kind: "request", ...options });
  expect(stream({ params: none, item: none, ...options })).toMatchObject({ kind: "stream", ...options });
  expect(notification({ params: none, optional: true })).toMatchObject({ kind: "notification", optional: true });
  expect(request({ params: none, result: none }).optional).toBe(false);
});

test("what plain JavaScript gives in place of methods is refused by name", () => {
  const none: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    ["request", "request"],
    [{}, "object of kind undefined"],
    [request, "function of kind undefined"],
    [{ kind: "toString" }, 'object of kind "toString"'],
    [{ kind: Object.create(null) }, "object of kind object"],
  ];
  for (const [method, got] of none) {
    expect(() => define("a", 1, { method: method as never })).toThrow(
      `contract a: workerToHost.method: expected what request, notification or stream returns, got ${got}`,
    );
  }
  expect(() => defineContract({ name: "a", version: 1, hostToWorker: undefined as never })).toThrow(
    "contract a: hostToWorker: expected methods by name, got undefined",
  );
});

test("what would be ignored is refused: authority marks on what hosts call, and timeouts of no use", () => {
  const guarded = request({ params: none, result: none, capability: "a" });
  const scoped = stream({ params: none, item: none, scoped: true });
  for (const method of [guarded, scoped]) {
    expect(() => defineContract({ name: "a", version: 1, hostToWorker: { method } })).toThrow(
      "contract a: hostToWorker.method: capability and scoped guard what workers call",
    );
    expect(() => define("a", 1, { method })).not.toThrow();
  }
  for (const timeoutMs of [0, -1, Number.NaN]) {
    const method = request({ params: none, result: none, timeoutMs });
    expect(() => define("a", 1, { method })).toThrow(/method: timeoutMs: expected ms from 1/);
  }
});

test("what is no Standard Schema is refused, by name", () => {
  const early = { parse: (value: unknown) => value } as unknown as typeof none;
  const missing = undefined as unknown as typeof none;
  const wrong: [string, MethodMap[string]][] = [
    ["params", request({ params: early, result: none })],
    ["result", request({ params: none, result: missing })],
    ["progress", request({ params: none, result: none, progress: early })],
    ["input", stream({ params: none, item: none, input: early })],
    ["item", stream({ params: none, item: early })],
    ["params", notification({ params: early })],
  ];
  for (const [part, method] of wrong) {
    expect(() => define("a", 1, { method })).toThrow(
      `contract a: workerToHost.method: ${part}: expected a Standard Schema`,
    );
  }
  expect(() => defineContract({ name: "a", version: 1, hostToWorker: {}, scope: early })).toThrow(
    'contract a: scope: expected a Standard Schema (of zod 4, valibot, arktype, …), got object without "~standard"',
  );
});
