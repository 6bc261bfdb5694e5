import { tracingChannel } from "node:diagnostics_channel";
import { CALL_CHANNEL, ErrorCode } from "@outrigger/protocol";
import { expect, onTestFinished, test } from "vitest";
import { setup } from "../test/host-setup.js";

async function started() {
  const { launcher, records, start } = setup();
  const worker = await start();
  const { received } = launcher.latest.peer.stats;
  return { worker, records, isAsked: () => launcher.latest.peer.stats.received > received };
}

test("options that cannot be read are a refusal, and nothing is thrown, whether anybody traces calls or not", async () => {
  const { worker, isAsked } = await started();
  const options = {
    get signal(): AbortSignal {
      throw new Error("no");
    },
  };
  const refused = {
    code: ErrorCode.INVALID_PARAMS,
    message: expect.stringMatching(/its options cannot be read: Error: no$/),
  };
  for (const isTraced of [false, true]) {
    if (isTraced) traceCalls();
    await expect(worker.stream("count", { to: 1 }, options).next()).rejects.toMatchObject(refused);
    await expect(worker.request("echo", { text: "" }, options)).rejects.toMatchObject(refused);
    await expect(worker.request("echo", { text: "" }, readableOnce())).rejects.toThrow("no");
    await expect(worker.stream("count", { to: 1 }, readableOnce()).next()).rejects.toThrow("no");
  }
  expect(isAsked()).toBe(false);
});

test("an undefined option is as good as none, in a traced call too", async () => {
  const { worker } = await started();
  traceCalls();
  const options = { singal: undefined } as never;
  await expect(worker.request("echo", { text: "hi" }, options)).resolves.toBe("hi");
});

test("a notification with an option that there is not is not sent, and the log says why", async () => {
  const { worker, records, isAsked } = await started();
  expect(worker.notify("poke", {}, { scoep: { tenant: "t" } } as never)).toBe(false);
  expect(isAsked()).toBe(false);
  const message = expect.stringContaining('poke: there is no option "scoep"; did you mean scope?');
  expect(records).toContainEqual(expect.objectContaining({ level: "warn", message }));
});

function readableOnce() {
  let reads = 0;
  return {
    get signal() {
      if (++reads > 1) throw new Error("no");
      return undefined;
    },
  };
}

function traceCalls(): void {
  const channel = tracingChannel(CALL_CHANNEL);
  const listener = { start() {} } as never;
  channel.subscribe(listener);
  onTestFinished(() => channel.unsubscribe(listener));
}
