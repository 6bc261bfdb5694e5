import { createTestHost } from "@outrigger/worker-sdk/testing";
import { expect, test } from "vitest";
import plugin from "./plugin.js";

test("greets by title", async () => {
  await using host = await createTestHost(plugin, { state: { Ada: "Countess" } });
  await expect(host.request("greet", { name: "Ada" })).resolves.toEqual({ text: "Hello Countess Ada! " });
  expect(host.logs).toMatchObject([{ level: "info", message: "greeting", meta: { name: "Ada" } }]);
});

test("needs state.read", async () => {
  await using host = await createTestHost(plugin, { denied: ["state.read"] });
  await expect(host.request("greet", { name: "Ada" })).rejects.toMatchObject({ codeName: "CAPABILITY_DENIED" });
});
