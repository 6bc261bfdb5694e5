import { expect, test } from "vitest";
import { ErrorCode } from "../errors.js";
import { checkCapability } from "./capabilities.js";

test("a method that needs nothing may be called by anybody, one that needs a capability by who has it", () => {
  expect(() => checkCapability("time.now", undefined, new Set())).not.toThrow();
  expect(() => checkCapability("state.get", "state.read", new Set(["state.read"]))).not.toThrow();
});

test("a denial lists what is needed and what was granted", () => {
  expect(() => checkCapability("state.set", "state.write", new Set(["state.read", "http"]))).toThrow(
    expect.objectContaining({
      code: ErrorCode.CAPABILITY_DENIED,
      message:
        'state.set needs the capability "state.write"; this worker was granted http, state.read; add it to capabilities where the worker is started',
      data: { needed: "state.write", granted: ["http", "state.read"] },
    }),
  );
  expect(() => checkCapability("state.set", "state.write", new Set())).toThrow(/was granted none;/);
});

test.each(["*", "state.*", "state", "STATE.WRITE", ""])("%j does not stand for state.write", (name) => {
  expect(() => checkCapability("state.set", "state.write", new Set([name]))).toThrow(/needs the capability/);
});
