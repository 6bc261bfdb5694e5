import { createHost } from "@outrigger/host";
import { expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { recordedLog } from "./recorded-log.js";
import { strayContract } from "./stray-contract.js";

test("text without a newline that spoils a line lends no call the authority of another, however many are spoiled", async () => {
  const { logger, records } = recordedLog();
  const turns = new Map<string, number[]>();
  await using host = createHost(strayContract, {
    logger,
    handlers: {
      secret({ turn }, { scope }) {
        const tenant = String(scope.tenant);
        turns.set(tenant, [...(turns.get(tenant) ?? []), turn]);
        return `secret of ${tenant}`;
      },
    },
  });
  const worker = await host.start("stray", { entry: fixture("stray-plugin"), capabilities: ["secrets"] });
  const staying = worker.request("stay", {}, { scope: { tenant: "first" }, timeoutMs: 60_000 });
  await expect.poll(() => turns.get("first")).toEqual([0, 1, 2, 3]);
  // Names of heads come again after 52.
  for (let turn = 0; turn < 60; turn++) {
    const tenant = `t${turn}`;
    // A nested call tells what is left of its caller's time, if that is less than its own.
    const asked = worker.request("ask", {}, { scope: { tenant }, timeoutMs: 60_000 });
    await expect(asked).rejects.toMatchObject({
      codeName: "INVALID_REQUEST",
      message: /by a name that no line before/,
    });
    expect(turns.get(tenant)).toEqual([0, 1]);
  }
  expect(turns.get("first")).toEqual([0, 1, 2, 3]);
  const texts = records.map(({ msg }) => String(msg));
  const lost = texts.filter((text) => text.includes("text without a newline spoiled that"));
  expect(lost.length).toBe(60);
  // The line that was spoiled is text for all anybody knows; the calls behind it are not.
  const shown = texts.filter((text) => text.includes("hush"));
  expect(shown.filter((text) => !text.startsWith("."))).toEqual([]);
  await worker.request("leave", {});
  await staying;
});
