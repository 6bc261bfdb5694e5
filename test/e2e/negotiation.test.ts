import { createHost } from "@outrigger/host";
import { defineContract, request } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, test } from "vitest";
import { z } from "zod";
import { fixture } from "./fixture.js";

const text = z.object({ text: z.string() });
const contract = defineContract({
  name: "outrigger.test.answers",
  version: 3,
  hostToWorker: {
    echo: request({ params: text, result: text }),
    sing: request({ params: text, result: text, optional: true }),
    sum: request({ params: z.object({}), result: z.unknown(), input: z.int() }),
  },
});

function startWith(answer: object) {
  const host = createHost(contract, { logger: pino({ level: "silent" }), restart: { initialDelayMs: 1 } });
  const args = [JSON.stringify(answer)];
  return { host, started: host.start("w", { entry: fixture("answering-worker"), args }) };
}

const speaks = "the plugin speaks protocol 2 to 3, the host 1 to 1; upgrade the older one";

test.each<[string, object, string, RegExp]>([
  [
    "picks a protocol that was not offered",
    { protocol: 2 },
    "handshake-mismatch",
    /the host speaks protocol 1 to 1, the plugin 2 to 2; upgrade the older one/,
  ],
  [
    "speaks later protocols only",
    { error: { code: -32600, message: speaks, data: { handshake: "protocol" } } },
    "handshake-mismatch",
    /the plugin speaks protocol 2 to 3, the host 1 to 1; upgrade the older one/,
  ],
  [
    "implements another contract",
    { contract: { name: "acme.other", version: 3 } },
    "handshake-mismatch",
    /contract name: the host has "outrigger\.test\.answers", the plugin "acme\.other"; start the plugin that implements/,
  ],
  [
    "implements a later version of the contract",
    { contract: { name: "outrigger.test.answers", version: 4 } },
    "handshake-mismatch",
    /contract outrigger\.test\.answers: the host has version 3, the plugin 4; build both against the same version/,
  ],
  ["answers what is no answer", { methods: "all" }, "startup-failed", /initialize: result\.methods: expected /],
])("a worker that %s is refused, and says what to do", async (_what, answer, reason, message) => {
  const { host, started } = startWith(answer);
  await using _ = host;
  await expect(started).rejects.toMatchObject({
    codeName: "WORKER_UNAVAILABLE",
    message: expect.stringMatching(message),
    data: { reason, willRestart: reason !== "handshake-mismatch" },
  });
});

test("features of a later release are not used, and those a worker lacks are not required of it", async () => {
  const { host, started } = startWith({ features: ["time-travel", "ping"], extra: { of: "a later release" } });
  await using _ = host;
  const worker = await started;
  expect(worker.diagnostics()).toMatchObject({ protocol: 1, features: ["ping"] });
  await expect(worker.request("echo", { text: "a" })).resolves.toEqual({ text: "a" });
  expect([worker.implements("echo"), worker.implements("sing")]).toEqual([true, false]);
  await expect(worker.request("sing", { text: "a" })).rejects.toMatchObject({
    ...{ codeName: "METHOD_NOT_IMPLEMENTED", data: { mayHaveRun: false } },
  });
});

test("a worker without any feature starts, is called, and stops", async () => {
  const { host, started } = startWith({ features: [], methods: ["echo", "sum"] });
  await using _ = host;
  const worker = await started;
  await expect(worker.request("echo", { text: "x".repeat(100_000) })).resolves.toEqual({ text: "x".repeat(100_000) });
  await expect(worker.request("sum", {}, { input: [1] })).rejects.toMatchObject({
    codeName: "METHOD_NOT_IMPLEMENTED",
    message: expect.stringMatching(/^sum takes input, .* upgrade its SDK/),
  });
  await worker.stop();
  expect(worker.diagnostics()).toMatchObject({ status: "stopped", totalCrashes: 0 });
});
