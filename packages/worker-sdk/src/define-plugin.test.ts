import { pluginContract } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { greeter } from "../test/contracts/greeter.js";
import { definePlugin, definitionOf } from "./define-plugin.js";

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

test("what is no plugin is refused", () => {
  for (const value of [undefined, null, {}, 7])
    expect(() => definitionOf(value as never)).toThrow("made by definePlugin");
});
