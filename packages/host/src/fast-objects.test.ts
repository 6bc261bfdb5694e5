import { expect, test } from "vitest";
import { isDictionary } from "../test/dictionary.js";
import { setup } from "../test/host-setup.js";
import { createLatencyHistogram } from "./latency-histogram.js";

test("the handle that every call passes, and what counts them, are no dictionaries for V8", async () => {
  // The second time V8 has seen the literal.
  for (const seen of [false, true]) {
    const { host, start } = setup();
    const worker = await start();
    expect([isDictionary(worker), isDictionary(createLatencyHistogram())], `${seen}`).toEqual([false, false]);
    await host.close();
  }
});

test("a handle tells of its worker through whatever is wrapped around it", async () => {
  const { host, start } = setup();
  const worker = await start();
  const { pid, methods } = worker;
  const facts = { status: "running", pid, methods, declarations: {} };
  expect([typeof pid, methods.includes("echo")]).toEqual(["number", true]);
  for (const wrapped of [worker, { ...worker }, Object.create(worker), new Proxy(worker, {})]) {
    const { status, declarations } = wrapped;
    expect({ status, pid: wrapped.pid, methods: wrapped.methods, declarations }).toEqual(facts);
  }
  await host.close();
});
