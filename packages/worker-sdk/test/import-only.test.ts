import { spawnSync } from "node:child_process";
import { createTestHost } from "@outrigger/worker-sdk/testing";
import { expect, test } from "vitest";
import { fixture } from "./support/fixture.js";

test("importing a plugin's file in a test starts nothing: it can be given to a test host", async () => {
  const { stdout } = process;
  const { default: plugin } = await import("./fixtures/greeter.js");
  expect(process.stdout).toBe(stdout);
  await using host = await createTestHost(plugin, { state: { Ada: "Lady" } });
  await expect(host.request("greet", { name: "Ada" })).resolves.toEqual({ text: "Hello Lady Ada! " });
});

test.each(["VITEST", "NODE_TEST_CONTEXT", "JEST_WORKER_ID"])("under %s serve does nothing", (name) => {
  const { status, stdout } = spawnSync(process.execPath, [fixture("greeter").pathname], {
    env: { [name]: "1" },
    input: "",
  });
  expect({ status, stdout: String(stdout) }).toEqual({ status: 0, stdout: "" });
});
