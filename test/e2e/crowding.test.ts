import { availableParallelism, getPriority } from "node:os";
import { createHost, type Host } from "@outrigger/host";
import { pino } from "pino";
import { expect, test } from "vitest";
import { rawContract } from "./raw-contract.js";
import { raw } from "./raw-host.js";

const own = getPriority();
const processors = availableParallelism();

const hostOf = (nice?: number) =>
  createHost(rawContract, {
    handlers: { "channels.open"() {}, "channels.emit"() {}, "channels.close"() {} },
    logger: pino({ level: "silent" }),
    nice,
  });

/** Starts so many processes that never speak; they are there when this resolves. */
async function crowd(host: Host<typeof rawContract>, count: number): Promise<number[]> {
  const before = host.diagnostics().crowding.running;
  const command = [process.execPath, "-e", "setInterval(() => {}, 1_000_000)"] as const;
  for (let n = 0; n < count; n++) host.start(`silent-${before + n}`, { command }).catch(() => {});
  await expect.poll(() => host.diagnostics().crowding.running, { timeout: 25_000 }).toBe(before + count);
  return host.diagnostics().workers.flatMap(({ pid }) => pid ?? []);
}

test("workers keep the host's priority while there is a processor for each; one more, and all give way to it", async () => {
  await using host = hostOf();
  const worker = await host.start("w", raw);
  const few = await crowd(host, processors - 1);
  expect(few.map((pid) => getPriority(pid))).toEqual(few.map(() => own));
  expect(host.diagnostics().crowding).toEqual({ nice: 10, processors, running: processors, lowered: 0 });

  const all = await crowd(host, 1);
  expect(all).toHaveLength(processors + 1);
  expect(all.map((pid) => getPriority(pid))).toEqual(all.map(() => Math.min(19, own + 10)));
  expect(host.diagnostics().crowding).toMatchObject({ running: processors + 1, lowered: processors + 1 });
  expect(await worker.request("echo", { value: 1 })).toBe(1);
  await host.remove("w");
  expect(host.diagnostics().crowding).toMatchObject({ running: processors, lowered: processors });
});

test("with `nice: 0` none gives way", async () => {
  await using host = hostOf(0);
  const pids = await crowd(host, processors + 1);
  expect(pids.map((pid) => getPriority(pid))).toEqual(pids.map(() => own));
});
