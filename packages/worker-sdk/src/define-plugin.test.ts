import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { expect, test } from "vitest";
import { greeter } from "../test/contracts/greeter.js";
import { definePlugin, definitionOf } from "./define-plugin.js";
import { events } from "./event-router.js";
import { tools } from "./routers.js";
import { serve } from "./serve.js";

const handlers = { greet: () => ({ text: "" }), tail: () => [], flush() {} };

test("a plugin is an inert, frozen value", () => {
  const plugin = definePlugin(greeter, handlers, { version: "1.0.0" });
  expect(plugin).toMatchObject({ contract: greeter, name: "acme.greeter", version: "1.0.0" });
  expect(Object.isFrozen(plugin)).toBe(true);
});

test("wrong handlers are told by name", () => {
  const define = (wrong: object) => () => definePlugin(greeter, { ...handlers, ...wrong });
  expect(define({ gret() {} })).toThrow(
    new TypeError('definePlugin: "gret" is no method of contract acme.greeter; it has greet, tail, flush, forget'),
  );
  expect(define({ constructor() {} })).toThrow('"constructor" is no method');
  expect(define({ greet: undefined })).toThrow('requires a handler for "greet"');
  expect(define({ greet: "hello" })).toThrow('handler "greet": expected a function, got string');
  expect(define({ forget: undefined })).not.toThrow();
  expect(() => definePlugin(pluginContract, {})).not.toThrow();
});

test("the capabilities a plugin needs are those its contract names", () => {
  const define = (capabilities: unknown) => () => definePlugin(greeter, handlers, { capabilities } as never);
  expect(define(["state.raed"])).toThrow(
    new TypeError(
      'definePlugin: options.capabilities: no method of contract acme.greeter needs "state.raed"; it knows state.read',
    ),
  );
  expect(define("state.read")).toThrow("definePlugin: options.capabilities: expected a list of strings, got string");
  expect(define(["state.read"])).not.toThrow();
});

test("wrong options are told by name, with what was expected", () => {
  const define = (options: unknown) => () => definePlugin(greeter, handlers, options as never);
  expect(define({ setpu() {} })).toThrow(
    new TypeError(
      'definePlugin: options: there is no option "setpu"; it has name, version, capabilities, config, setup, health, teardown',
    ),
  );
  expect(define({ setup: "later" })).toThrow("definePlugin: options.setup: expected a function, got string");
  expect(define({ version: 2 })).toThrow("definePlugin: options.version: expected a string, got 2");
  const long = "definePlugin: options.name: expected at most 256 characters, got 257";
  expect(define({ name: "x".repeat(257) })).toThrow(long);
  expect(define({ config: {} })).toThrow("definePlugin: options.config: expected a Standard Schema (zod,");
  expect(define([])).toThrow("definePlugin: options: expected an object, got array");
  expect(() => definePlugin(undefined as never, {} as never)).toThrow(
    "definePlugin: contract: expected what defineContract makes, got undefined",
  );
  expect(() => definePlugin({ name: "x" } as never, {} as never)).toThrow("expected what defineContract makes");
  expect(() => definePlugin(greeter, undefined as never)).toThrow(
    "definePlugin: handlers: expected an object with a function for each method, got undefined",
  );
  expect(() => tools(undefined as never)).toThrow(
    "tool entries: expected an object of functions by name, got undefined",
  );
  expect(() => events(null as never)).toThrow("event pattern entries: expected an object");
});

test("what serve is given wrong is told before it takes stdin and stdout", () => {
  const plugin = definePlugin(greeter, handlers);
  const { write } = process.stdout;
  const wrong: [options: unknown, message: string][] = [
    [7, "serve: options: expected an object, got number"],
    [{ gaurd: false }, 'serve: options: there is no option "gaurd"; it has transport, guard, limits, codec, clock'],
    [{ guard: "no" }, "serve: options.guard: expected true or false, got string"],
    [{ limits: { unsentBytes: -1 } }, "serve: options.limits.unsentBytes: expected a whole number from 1, got -1"],
    [{ limits: { unsent: 1 } }, 'serve: options.limits: there is no option "unsent"; it has messageBytes'],
  ];
  for (const [options, message] of wrong) expect(() => serve(plugin, options as never)).toThrow(message);
  expect(() => serve({} as never)).toThrow("expected a plugin made by definePlugin(contract, handlers), got object");
  expect(process.stdout.write).toBe(write);
});

test("what is no plugin is refused", () => {
  for (const value of [undefined, null, {}, 7])
    expect(() => definitionOf(value as never)).toThrow("made by definePlugin");
});
