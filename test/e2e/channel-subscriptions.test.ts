import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createHost } from "@outrigger/host";
import { pino } from "pino";
import { expect, test } from "vitest";
import { rawContract } from "./raw-contract.js";
import { next, type RawWorker, raw, rawHost } from "./raw-host.js";

const t1 = { tenant: "t1" };
const t2 = { tenant: "t2" };
const push = (worker: RawWorker, method: string, scope: typeof t1, data?: unknown): Promise<unknown> =>
  worker.request("push-to-channel", { method, channel: "builds", ...(data !== undefined && { data }) }, { scope });

/** A host without handlers of channels. */
const subscribingHost = () =>
  createHost(rawContract, { logger: pino({ level: "silent" }), restart: { initialDelayMs: 1 } });

async function dataOf(subscription: AsyncIterable<{ readonly data: unknown }>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { data } of subscription) all.push(data);
  return all;
}

test("a subscription waits for its channel, and ends when the worker closes it; no handler is needed", async () => {
  await using host = subscribingHost();
  const worker = await host.start("w", raw);
  const [mine, too, other] = [t1, t1, t2].map((scope) => worker.channel("builds", { scope }));
  expect(worker.diagnostics().load).toMatchObject({ subscriptions: 3, pushesDropped: 0 });
  for (const scope of [t1, t2]) await push(worker, "channels.open", scope);
  await push(worker, "channels.emit", t1, { done: 1 });
  await push(worker, "channels.emit", t1, { done: 2 });
  await push(worker, "channels.close", t1);
  const all = [mine, too].map((subscription) => subscription && dataOf(subscription));
  await expect(Promise.all(all)).resolves.toEqual([
    [{ done: 1 }, { done: 2 }],
    [{ done: 1 }, { done: 2 }],
  ]);
  expect(mine?.closed).toEqual({ by: "worker", reason: "closed by the worker" });
  expect(other?.closed).toBeUndefined();
});

test("a handler of channels and a subscription are both told", async () => {
  const { host, pushed } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  const subscription = worker.channel("builds", { scope: t1 });
  await push(worker, "channels.open", t1);
  await push(worker, "channels.emit", t1, 1);
  await push(worker, "channels.close", t1);
  await expect(dataOf(subscription)).resolves.toEqual([1]);
  expect(pushed.map(({ method }) => method)).toEqual(["channels.open", "channels.emit", "channels.close"]);
});

test("a death ends the subscriptions to open channels with its reason; those that wait hear the next process", async () => {
  await using host = subscribingHost();
  const worker = await host.start("w", raw);
  const open = worker.channel("builds", { scope: t1 });
  const waiting = worker.channel("builds", { scope: t2 });
  await push(worker, "channels.open", t1);
  await push(worker, "channels.emit", t1, "before");
  const restarted = next(worker, "restarted");
  process.kill(worker.pid as number, "SIGKILL");
  await expect(dataOf(open)).resolves.toEqual(["before"]);
  expect(open.closed).toEqual({ by: "worker-ended", reason: "its worker ended: signal" });
  await restarted;
  await push(worker, "channels.open", t2);
  await push(worker, "channels.emit", t2, "after");
  await push(worker, "channels.close", t2);
  await expect(dataOf(waiting)).resolves.toEqual(["after"]);
});

test("removing the worker, and closing the host, end all that wait", async () => {
  const host = subscribingHost();
  const [first, second] = [await host.start("first", raw), await host.start("second", raw)];
  const waiting = [first.channel("builds", { scope: t1 }), second.channel("builds", { scope: t1 })];
  await host.remove("first");
  expect(waiting.map((subscription) => subscription.closed)).toEqual([
    { by: "host", reason: "the host removed worker first" },
    undefined,
  ]);
  await host.close();
  await expect(Promise.all(waiting.map(dataOf))).resolves.toEqual([[], []]);
  expect(waiting[1]?.closed).toEqual({ by: "host", reason: "the host closed" });
  expect(second.channel("builds", { scope: t1 }).closed?.by).toBe("host");
});

test("a flood of pushes costs a slow subscriber its oldest, and the host no more than its buffer", async () => {
  await using host = subscribingHost();
  const worker = await host.start("w", { ...raw, limits: { subscriptions: 2 } });
  const slow = worker.channel("builds", { scope: t1, buffer: { items: 10 } });
  const strict = worker.channel("builds", { scope: t1, buffer: { items: 10, overflow: "close" } });
  expect(worker.channel("builds", { scope: t1 }).closed?.by).toBe("overload");
  await push(worker, "channels.open", t1);
  for (let n = 1; n <= 100; n++) void push(worker, "channels.emit", t1, n);
  await push(worker, "channels.close", t1);
  expect(slow.dropped).toBe(90);
  await expect(dataOf(slow)).resolves.toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
  expect(strict.closed?.by).toBe("overflow");
  await expect(dataOf(strict)).resolves.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(worker.diagnostics().load.pushesDropped).toBe(91);
});

test("a browser that leaves an SSE route leaves no subscription behind, however full its connection is", async () => {
  await using host = subscribingHost();
  const worker = await host.start("w", raw);
  const server = createServer((_, response) => {
    const left = new AbortController();
    response.on("close", () => left.abort());
    response.flushHeaders();
    const pushes = worker.channel("builds", { scope: t1, signal: left.signal });
    const lines = async function* () {
      for await (const { data } of pushes) yield `data: ${JSON.stringify(data)}\n\n`;
    };
    Readable.from(lines()).pipe(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const opened = once(server, "request") as Promise<[unknown, ServerResponse]>;
  const leaving = new AbortController();
  const { port } = server.address() as AddressInfo;
  const browser = await fetch(`http://127.0.0.1:${port}`, { signal: leaving.signal });
  const [, response] = await opened;
  await push(worker, "channels.open", t1);
  const large = "x".repeat(500_000);
  for (let n = 0; n < 40; n++) await push(worker, "channels.emit", t1, large);
  const { load } = worker.diagnostics();
  expect(load.subscriptions).toBe(1);
  expect(load.pushesDropped).toBeGreaterThan(0);
  // Held until here: undici hangs up where a response that nobody reads is collected.
  expect(browser.bodyUsed).toBe(false);
  leaving.abort();
  await once(response, "close");
  expect(worker.diagnostics().load.subscriptions).toBe(0);
  server.close();
});

test("what cannot be subscribed to is refused by name", async () => {
  await using host = subscribingHost();
  const worker = await host.start("w", raw);
  const wrong = (name: unknown, options?: object) => () => worker.channel(name as string, options as never);
  expect(wrong("")).toThrow(/^channel: expected a name of 1 to 256 characters, got ""/);
  expect(wrong("x".repeat(257))).toThrow(/^channel: expected a name/);
  expect(wrong("a", { scop: t1 })).toThrow(/did you mean scope\?/);
  expect(wrong("a", { buffer: { item: 1 } })).toThrow(/did you mean items\?/);
  expect(wrong("a", { scope: { tenant: 7 } })).toThrow(/scope/);
});
