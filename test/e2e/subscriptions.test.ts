import { createHost } from "@outrigger/host";
import { pino } from "pino";
import { expect, test } from "vitest";
import { delivery as contract } from "./delivery-contract.js";
import { fixture } from "./fixture.js";
import { next } from "./raw-host.js";

test("W6: a worker that subscribes in its setup gets each event once, however often it was killed and restarted", async () => {
  const subscriptions = new Map<string, () => Promise<unknown>>();
  const handled: string[] = [];
  let subscribed = 0;
  await using host = createHost(contract, {
    logger: pino({ level: "silent" }),
    restart: { initialDelayMs: 1, maxDelayMs: 1, jitter: 0 },
    handlers: {
      // What a product writes: the subscription ends with the process that asked for it.
      "events.subscribe"(_, { workerId, ended }) {
        const id = `s${++subscribed}`;
        subscriptions.set(id, async () => host.request(workerId, "onEvent", { event: event() }, {}));
        ended.addEventListener("abort", () => subscriptions.delete(id));
        return { id };
      },
      "events.unsubscribe": ({ id }) => {
        subscriptions.delete(id);
        return null;
      },
      handled({ id }) {
        handled.push(id);
        return null;
      },
      ...{ running: () => null, hold: () => null, left: () => 0 },
    },
  });
  let events = 0;
  const event = () => ({
    ...{ id: `e${events}`, name: "issue.created", tenant: "t1", payload: null },
    occurredAt: new Date().toISOString(),
  });
  const publish = async (): Promise<void> => {
    events++;
    await Promise.all(Array.from(subscriptions.values(), (deliver) => deliver()));
  };

  const worker = await host.start("w", { entry: fixture("delivery-plugin"), capabilities: ["events.subscribe"] });
  await publish();
  for (let kills = 0; kills < 3; kills++) {
    const [exit, restarted] = [next(worker, "exit"), next(worker, "restarted")];
    process.kill(worker.pid as number, "SIGKILL");
    await exit;
    expect(subscriptions.size).toBe(0);
    await restarted;
    await publish();
  }
  expect(subscribed).toBe(4);
  expect(handled).toEqual(["e1", "e2", "e3", "e4"]);
});
