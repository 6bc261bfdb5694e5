import { createEventDelivery, createHost } from "@outrigger/host";
import type { PluginEvent } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, it } from "vitest";
import { delivery as contract } from "./delivery-contract.js";
import { fixture } from "./fixture.js";

const EVENTS = 1_000;
const event = (n: number): PluginEvent => ({
  ...{ id: String(n), name: "issue.created", tenant: "t1", payload: { n }, occurredAt: new Date().toISOString() },
});

it("a thousand events survive kill -9 in the middle: each is handled, in order apart from what comes again", async () => {
  const delivery = createEventDelivery();
  const handled: { readonly n: number; readonly incarnation: number }[] = [];
  const kills = new Set([150, 400, 401, 750]);
  let published = 0;
  const publish = (count: number): void => {
    for (let left = count; left > 0; left--) expect(delivery.publish(event(published++))).toEqual(["w"]);
  };
  await using host = createHost(contract, {
    logger: pino({ level: "silent" }),
    restart: { initialDelayMs: 1, jitter: 0, maxDelayMs: 1 },
    handlers: {
      ...delivery.handlers,
      handled({ id }, { incarnation }) {
        handled.push({ n: Number(id), incarnation });
        if (kills.delete(handled.length)) process.kill(host.get("w")?.pid as number, "SIGKILL");
        return null;
      },
      ...{ running: () => null, hold: () => null, left: () => 0 },
    },
  });
  delivery.connect(host);
  const letters: unknown[] = [];
  delivery.on("dead-letter", (letter) => letters.push(letter));
  const acknowledged: number[] = [];
  const all = new Promise<void>((resolve) => {
    delivery.on("delivered", ({ event: { id } }) => {
      if (acknowledged.push(Number(id)) === EVENTS) resolve();
    });
  });
  // What happens while nothing lives is for the next process too.
  host.on("exit", () => publish(100));
  await host.start("w", { entry: fixture("delivery-plugin"), capabilities: ["events.subscribe"] });
  publish(600);
  await all;

  const everyone = Array.from({ length: EVENTS }, (_, n) => n);
  expect(acknowledged).toEqual(everyone);
  expect([...new Set(handled.map(({ n }) => n))]).toEqual(everyone);
  for (const [index, { n, incarnation }] of handled.entries()) {
    const before = handled[index - 1];
    if (before === undefined) continue;
    // The one that was on its way when its process was killed is the only one that comes again.
    expect(n === before.n + 1 || (n === before.n && incarnation > before.incarnation)).toBe(true);
  }
  expect(new Set(handled.map(({ incarnation }) => incarnation)).size).toBe(5);
  expect(letters).toEqual([]);
  const [stats] = delivery.diagnostics();
  expect(stats).toMatchObject({ queued: 0, bytes: 0, delivered: EVENTS });
  expect(stats?.redelivered).toBeLessThanOrEqual(4);
}, 60_000);
