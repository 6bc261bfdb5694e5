import { expect, test } from "vitest";
import { next, type RawWorker, raw, rawHost } from "./raw-host.js";

const t1 = { tenant: "t1" };
const t2 = { tenant: "t2" };
const push = (worker: RawWorker, method: string, scope: typeof t1, data?: unknown): Promise<unknown> =>
  worker.request("push-to-channel", { method, channel: "builds", ...(data !== undefined && { data }) }, { scope });

test("B17: two tenants with one channel name are told of its end each", async () => {
  const { host, pushed } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  await push(worker, "channels.open", t1);
  await push(worker, "channels.open", t2);
  await push(worker, "channels.emit", t2, { done: 1 });
  expect(worker.diagnostics().load.channels).toBe(2);
  const crash = next(worker, "crash");
  worker.notify("exit-now", { code: 1 });
  await crash;
  const reason = "its worker ended: exit-code";
  expect(pushed).toEqual([
    { method: "channels.open", params: { channel: "builds" }, scope: t1 },
    { method: "channels.open", params: { channel: "builds" }, scope: t2 },
    { method: "channels.emit", params: { channel: "builds", data: { done: 1 } }, scope: t2 },
    { method: "channels.close", params: { channel: "builds", reason }, scope: t1 },
    { method: "channels.close", params: { channel: "builds", reason }, scope: t2 },
  ]);
});

test("B17: what is emitted on a channel never opened, or opened by another tenant, reaches nobody", async () => {
  const { host, pushed, records } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  await push(worker, "channels.emit", t1, 1);
  await push(worker, "channels.open", t1);
  await push(worker, "channels.emit", t2, 2);
  await push(worker, "channels.emit", t1, 3);
  await push(worker, "channels.close", t2);
  await push(worker, "channels.close", t1);
  await push(worker, "channels.emit", t1, 4);
  expect(pushed.map(({ method, scope, params }) => [method, scope, (params as { data?: unknown }).data])).toEqual([
    ["channels.open", t1, undefined],
    ["channels.emit", t1, 3],
    ["channels.close", t1, undefined],
  ]);
  expect(records.filter(({ msg }) => /channel builds is not open in this scope/.test(String(msg)))).toHaveLength(3);
});

test("a channel does not outlive its process: after a restart it must be opened again", async () => {
  const { host, pushed } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  await push(worker, "channels.open", t1);
  const restarted = next(worker, "restarted");
  worker.notify("exit-now", { code: 0 });
  await restarted;
  await push(worker, "channels.emit", t1, 1);
  expect(pushed.map(({ method }) => method)).toEqual(["channels.open", "channels.close"]);
});
