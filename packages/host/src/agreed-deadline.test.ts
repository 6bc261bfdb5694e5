import { FEATURES, type IncomingCall } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { setup } from "../test/host-setup.js";

/** The `deadlineMs` a worker is told with its calls: of 7 s, which is the host's own, of 8 s, and of 7 s again, in a scope. */
async function told(features: readonly string[]) {
  const calls: IncomingCall[] = [];
  const echo = (_: unknown, call: IncomingCall) => String(calls.push(call));
  const offered: unknown[] = [];
  const { start } = setup(
    {
      handlers: { echo },
      initialize(offer, answer) {
        offered.push(offer.limits.deadlineMs);
        return { ...answer, features: [...features] };
      },
    },
    {},
    { timeouts: { callMs: 7_000 } },
  );
  const worker = await start();
  await worker.request("echo", { text: "" });
  await worker.request("echo", { text: "" }, { timeoutMs: 8_000 });
  await worker.request("echo", { text: "" }, { scope: { tenant: "t1" } });
  return { offered, deadlines: calls.map(({ meta }) => meta?.deadlineMs), scope: calls[2]?.meta?.invocation?.scope };
}

test("the host offers its default as the deadline that goes without saying, and does not say it", async () => {
  const scope = { tenant: "t1" };
  await expect(told(FEATURES)).resolves.toEqual({ offered: [7_000], deadlines: [undefined, 8_000, undefined], scope });
});

test("a default that is no whole number of ms is counted up", async () => {
  const { start, launcher } = setup({}, {}, { timeouts: { callMs: 1_000.5 } });
  const worker = await start();
  await expect(worker.request("echo", { text: "hi" })).resolves.toBe("hi");
  expect(worker.diagnostics().status).toBe("running");
  expect(launcher.latest.peer.stats.received).toBeGreaterThan(1);
});

test("a worker that does not know of it is told each", async () => {
  const features = FEATURES.filter((feature) => feature !== "deadline");
  await expect(told(features)).resolves.toMatchObject({ offered: [7_000], deadlines: [7_000, 8_000, 7_000] });
});
