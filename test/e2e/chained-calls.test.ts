import { once } from "node:events";
import { createHost, type Worker } from "@outrigger/host";
import { isRpcError } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, it } from "vitest";
import { chained } from "./chained-contract.js";
import { fixture } from "./fixture.js";

/** A host whose handler asks the worker that calls it, and what its call failed with. */
async function chain() {
  const asked = new EventTarget();
  const failures: string[] = [];
  let tellEnd = (): void => {};
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });
  const host = createHost(chained, {
    logger: pino({ level: "silent" }),
    handlers: {
      async further() {
        try {
          const call = worker.request("inner", {}, { timeoutMs: 60_000 });
          asked.dispatchEvent(new Event("asked"));
          return await call;
        } catch (error) {
          if (isRpcError(error)) failures.push(error.codeName ?? "");
          throw error;
        } finally {
          tellEnd();
        }
      },
    },
  });
  const worker: Worker<typeof chained> = await host.start("w", { entry: fixture("chained-plugin") });
  return {
    worker,
    asked: once(asked, "asked"),
    failures,
    ended,
    [Symbol.asyncDispose]: () => host.close(),
  };
}

it("a cancel goes from the host through a worker, a handler of the host and to a worker again", async () => {
  await using made = await chain();
  const controller = new AbortController();
  const outer = made.worker.request("outer", {}, { signal: controller.signal });
  outer.catch(() => {});
  await made.asked;
  controller.abort();
  await expect(outer).rejects.toMatchObject({ codeName: "CANCELLED" });
  await made.ended;
  expect(made.failures).toEqual(["CANCELLED"]);
  expect(await made.worker.request("cancelled", {})).toBe(1);
});

it("a deadline goes the same way", async () => {
  await using made = await chain();
  await expect(made.worker.request("outer", {}, { timeoutMs: 200 })).rejects.toMatchObject({ codeName: "TIMEOUT" });
  await made.ended;
  expect(["TIMEOUT", "CANCELLED"]).toContain(made.failures[0]);
  expect(await made.worker.request("cancelled", {})).toBe(1);
  expect(made.worker.diagnostics().load.pendingRequests).toBe(0);
});
