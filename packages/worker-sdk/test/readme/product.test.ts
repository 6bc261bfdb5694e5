import { createTestHost } from "@outrigger/worker-sdk/testing";
import { expect, test } from "vitest";
import plugin from "./product.js";

test("adds, finds and prunes notes", async () => {
  await using host = await createTestHost(plugin);
  await host.performAction("add", { name: "first", text: "pipes and streams" });
  await expect(host.executeTool("find", { q: "streams" })).resolves.toEqual({ content: "first" });
  await host.runJob("prune", { params: { keep: 0 } });
  await expect(host.getData("count")).resolves.toBe(0);
  await host.emit({ name: "note.added", payload: { name: "first" } });
  expect(host.logs).toMatchObject([{ message: "heard", meta: { payload: { name: "first" } } }]);
  expect(host.answer.declarations.executeTool).toMatchObject([{ name: "find", params: { type: "object" } }]);
});
