import { AsyncLocalStorage } from "node:async_hooks";
import { expect, it } from "vitest";
import { inNoCall } from "./call-storage.js";

it("what runs in no call is in none, whether it was made or is called in one, and so is what it starts", async () => {
  const storage = new AsyncLocalStorage<string | undefined>();
  const run = storage.run("made in", () => inNoCall(storage));
  const handler = async (params: string, context: string) => {
    const calls = [storage.getStore()];
    await Promise.resolve();
    return [params, context, ...calls, storage.getStore()];
  };
  const outcome = storage.run("called in", () => [run("context", handler, "params"), storage.getStore()] as const);
  expect(await outcome[0]).toEqual(["params", "context", undefined, undefined]);
  expect(outcome[1]).toBe("called in");
});
