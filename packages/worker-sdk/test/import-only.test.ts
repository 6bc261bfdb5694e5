import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createTestHost } from "@outrigger/worker-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { fixture } from "./support/fixture.js";

test("importing a plugin's file in a test starts nothing: it can be given to a test host", async () => {
  const { write } = process.stdout;
  const listeners = process.listenerCount("uncaughtException");
  const { default: plugin } = await import("./fixtures/greeter.js");
  expect(process.stdout.write).toBe(write);
  expect(process.listenerCount("uncaughtException")).toBe(listeners);
  await using host = await createTestHost(plugin, { state: { Ada: "Lady" } });
  await expect(host.request("greet", { name: "Ada" })).resolves.toEqual({ text: "Hello Lady Ada! " });
});

/** Its stdin stays open: only what serves waits for it. */
function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [fixture("greeter").pathname], { env, stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test.each(["VITEST", "NODE_TEST_CONTEXT", "JEST_WORKER_ID"])("under %s serve does nothing", async (name) => {
  const [code] = await once(run({ [name]: "1" }), "exit");
  expect(code).toBe(0);
});

test.each([
  ["by hand", {}],
  ["by a host, under a test runner", { OUTRIGGER_WORKER_ID: "greeter", VITEST: "1" }],
])("started %s serve serves", async (_, env) => {
  const child = run(env);
  child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"$/ping","params":{}}\n');
  const [line] = await once(createInterface(child.stdout), "line");
  expect(JSON.parse(line)).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
});
