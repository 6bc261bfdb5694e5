import { subscribe, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { CALL_CHANNEL, type CallMessage, defineContract, request, stream } from "@outrigger/protocol";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime, settled } from "./fake-clock.js";
import { fakeLauncher } from "./fake-launcher.js";
import { WORKER_CHANNELS, type WorkerMessage } from "./lifecycle-channels.js";

const nothing = z.object({});
const contract = defineContract({
  name: "acme.watched",
  version: 1,
  hostToWorker: {
    look: request({ params: nothing, result: z.string(), idempotent: true }),
    hang: request({ params: nothing, result: z.string() }),
    lines: stream({ params: nothing, item: z.string() }),
  },
  workerToHost: {},
});

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

const start = async () => {
  const runtime = fakeRuntime();
  const launcher = fakeLauncher(contract, (launch) => ({
    handlers: {
      look: () => (launch === 1 ? new Promise(() => {}) : "seen"),
      hang: () => new Promise(() => {}),
    } as never,
  }));
  const host = createHost(contract, { runtime, logger: silent });
  const worker = await host.start("w", { launcher });
  return { runtime, launcher, host, worker };
};

it("each event of a worker is told on a diagnostics channel of its name", async () => {
  const told: { event: string; of: string }[] = [];
  for (const [event, name] of Object.entries(WORKER_CHANNELS)) {
    expect(name).toBe(`outrigger:worker:${event}`);
    const subscriber = (message: unknown, from: string | symbol): void => {
      const { contract, workerId } = message as WorkerMessage<"status">;
      told.push({ event: String(from).replace("outrigger:worker:", ""), of: `${contract} ${workerId}` });
    };
    subscribe(name, subscriber);
    undo.push(() => void unsubscribe(name, subscriber));
  }
  const { runtime, launcher, worker } = await start();
  worker.on("ready", () => {
    throw new Error("a listener's failure is an event too");
  });
  launcher.latest.die("SIGKILL");
  await settled();
  await runtime.advance(2_000);
  expect(told.map(({ event }) => event).filter((event) => event !== "status")).toEqual([
    ...["ready", "exit", "crash", "error", "ready", "restarted"],
  ]);
  expect(told.filter(({ event }) => event === "status").length).toBeGreaterThan(4);
  expect(new Set(told.map(({ of }) => of))).toEqual(new Set(["acme.watched w"]));
});

it("a call that no worker takes is told, one that is sent again once, and one that dies with its process", async () => {
  const ended: { method: string; error: string | undefined }[] = [];
  const { asyncEnd } = tracingChannel<unknown, CallMessage>(CALL_CHANNEL);
  const onEnd = (message: unknown): void => {
    const { method, error } = message as CallMessage;
    ended.push({ method, error: (error as { codeName?: string } | undefined)?.codeName });
  };
  asyncEnd.subscribe(onEnd);
  undo.push(() => asyncEnd.unsubscribe(onEnd));

  const { runtime, launcher, worker } = await start();
  const again = worker.request("look", {});
  worker.request("hang", {});
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  expect(ended).toEqual([{ method: "hang", error: "WORKER_UNAVAILABLE" }]);
  worker.stream("lines", {});
  await expect(worker.request("hang", {})).rejects.toMatchObject({ codeName: "WORKER_UNAVAILABLE" });
  await runtime.advance(2_000);
  await expect(again).resolves.toBe("seen");
  expect(ended.slice(1)).toEqual([
    { method: "lines", error: "WORKER_UNAVAILABLE" },
    { method: "hang", error: "WORKER_UNAVAILABLE" },
    { method: "look", error: undefined },
  ]);
  await expect(worker.request("look", null as never, null as never)).rejects.toMatchObject({
    codeName: "INVALID_PARAMS",
  });
});
