import { expect, test } from "vitest";
import { checkHostCall, checkPluginCall } from "./call-checks.js";

test("an option of the wrong type is refused, and named", () => {
  const check = (options: object) => () => checkHostCall("echo", options);
  expect(check({ onProgress: "x" })).toThrow("echo.onProgress: expected a function, got string");
  expect(check({ resend: "x" })).toThrow("echo.resend: expected true or false, got string");
  expect(check({ onProgress() {}, resend: false })()).toMatchObject({ resend: false });
});

test("an option that nobody knows is refused, and the one that was meant is named", () => {
  const host = (options: object) => () => checkHostCall("echo", options);
  const plugin = (options: object) => () => checkPluginCall("echo", options);
  expect(host({ timeout: 5 })).toThrow(
    'echo: there is no option "timeout"; did you mean timeoutMs? (it has timeoutMs, idleTimeoutMs, signal, onProgress, window, input, traceparent, tracestate, scope, resend)',
  );
  expect(plugin({ scope: { tenant: "t" } }), "it is lent one").toThrow('echo: there is no option "scope"');
  expect(plugin({ singal: undefined, signal: undefined })(), "undefined is as good as not given").toBeDefined();
  const ofTheRuntime = { timeoutMs: 5, withinMs: 1, meta: {}, onSettled() {} };
  for (const check of [host, plugin]) expect(check(ofTheRuntime)()).toBe(ofTheRuntime);
});
