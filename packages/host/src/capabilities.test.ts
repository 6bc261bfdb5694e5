import { expect, it } from "vitest";
import { setup } from "../test/host-setup.js";
import { settled } from "./fake-clock.js";
import type { FakeWorkerOptions } from "./fake-launcher.js";
import type { CapabilitiesEvent } from "./host-events.js";
import type { SharedOptions } from "./host-options.js";

/** A worker whose plugin declares these, launch by launch. */
function declaring(declared: readonly (readonly string[] | undefined)[], options: SharedOptions = {}) {
  const setups: number[] = [];
  const made = setup(
    (launch): FakeWorkerOptions => {
      const capabilities = declared[Math.min(launch, declared.length) - 1];
      return {
        initialize: (_, good) => ({ ...good, ...(capabilities !== undefined && { capabilities: [...capabilities] }) }),
        setup: () => setups.push(launch),
      };
    },
    {},
    options,
  );
  const told: Omit<CapabilitiesEvent, "workerId">[] = [];
  made.host.on("capabilities", ({ workerId: _, ...event }) => told.push(event));
  const order: string[] = [];
  made.host.on("capabilities", () => order.push("capabilities"));
  made.host.on("ready", () => order.push("ready"));
  return { ...made, told, order, setups };
}

it("what a plugin needs and was not granted is told, before the worker serves, and it serves all the same", async () => {
  const { start, told, order, records } = declaring([["state", "mail"]]);
  const worker = await start();
  expect(told).toEqual([
    { incarnation: 1, declared: ["mail", "state"], granted: ["state"], added: [], removed: [], missing: ["mail"] },
  ]);
  expect(order).toEqual(["capabilities", "ready"]);
  expect(worker.diagnostics()).toMatchObject({
    ...{ capabilities: ["state"], capabilitiesDeclared: ["mail", "state"], capabilitiesMissing: ["mail"] },
  });
  expect(records).toContainEqual(expect.objectContaining({ level: "warn", missing: ["mail"] }));
});

it("a plugin that has what it needs, or does not say, is no news", async () => {
  for (const declared of [["state"], undefined]) {
    const { start, told } = declaring([declared]);
    const worker = await start();
    expect([told, worker.diagnostics().capabilitiesDeclared]).toEqual([[], declared]);
  }
});

it("a change between two versions is told, whatever lies between them", async () => {
  const { start, told, launcher, runtime } = declaring([["state"], undefined, ["mail"], ["mail"]]);
  await start();
  for (let crash = 0; crash < 3; crash++) {
    launcher.latest.die("SIGKILL");
    await runtime.advance(10_000);
  }
  expect(told.map(({ incarnation, added, removed, missing }) => ({ incarnation, added, removed, missing }))).toEqual([
    { incarnation: 3, added: ["mail"], removed: ["state"], missing: ["mail"] },
    { incarnation: 4, added: [], removed: [], missing: ["mail"] },
  ]);
});

it("of many that a worker lacks the message names the first twelve", async () => {
  const needed = Array.from({ length: 500 }, (_, at) => `mail.${at + 100}`);
  const { start, told } = declaring([needed], { missingCapabilities: "refuse" });
  await expect(start()).rejects.toMatchObject({
    message: expect.stringContaining(
      "not granted: mail.100, mail.101, mail.102, mail.103, mail.104, mail.105, mail.106, mail.107, mail.108, mail.109, mail.110, mail.111 and 488 more; add them",
    ),
  });
  expect(told).toMatchObject([{ missing: needed }]);
});

it("by policy a worker that lacks something is not set up, and its start is not tried again", async () => {
  const { host, start, setups, runtime, launcher, told } = declaring([["mail"], ["state"]], {
    missingCapabilities: "refuse",
  });
  await expect(start()).rejects.toMatchObject({
    message: expect.stringContaining("needs capabilities it was not granted: mail; add them"),
    data: { reason: "capabilities-missing", willRestart: false },
  });
  expect(told).toMatchObject([{ missing: ["mail"] }]);
  await runtime.advance(1_000_000);
  expect([host.get("w")?.status, setups, launcher.processes.length]).toEqual(["failed", [], 1]);
  await host.get("w")?.start();
  await settled();
  expect([host.isRunning("w"), setups]).toEqual([true, [2]]);
});
