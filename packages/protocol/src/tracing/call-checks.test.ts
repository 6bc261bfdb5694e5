import { expect, test } from "vitest";
import { checkCall, checkHealthOptions, HOST_CALLS, PLUGIN_CALLS } from "./call-checks.js";

test("an option of the wrong type is refused, and named", () => {
  const check = (options: object) => () => checkCall(HOST_CALLS.request, "echo", options);
  expect(check({ onProgress: "x" })).toThrow("echo.onProgress: expected a function, got string");
  expect(check({ resend: "x" })).toThrow("echo.resend: expected true or false, got string");
  expect(check({ onProgress() {}, resend: false })).not.toThrow();
});

test("an option that such calls do not have is refused, and the one that was meant is named", () => {
  const host = (kind: keyof typeof HOST_CALLS, options: object) => () => checkCall(HOST_CALLS[kind], "echo", options);
  const plugin = (options: object) => () => checkCall(PLUGIN_CALLS.request, "echo", options);
  expect(host("request", { timeout: 5 })).toThrow(
    'echo: there is no option "timeout"; did you mean timeoutMs? (it has timeoutMs, idleTimeoutMs, signal, input, traceparent, tracestate, onProgress, scope, resend)',
  );
  expect(host("stream", { resend: false })).toThrow('echo: there is no option "resend"');
  expect(host("request", { window: {} })).toThrow('echo: there is no option "window"');
  expect(host("notification", { scoep: {} })).toThrow('echo: there is no option "scoep"; did you mean scope?');
  expect(plugin({ scope: { tenant: "t" } }), "it is lent one").toThrow('echo: there is no option "scope"');
  expect(plugin({ meta: {} }), "the runtime's own").toThrow('echo: there is no option "meta"');
  expect(() => checkHealthOptions({ scope: {} })).toThrow('health: there is no option "scope"');
  expect(plugin({ singal: undefined, signal: undefined }), "undefined is as good as not given").not.toThrow();
});
