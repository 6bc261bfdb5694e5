import { expect, test } from "vitest";
import { z } from "zod";
import { notification, request, stream } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { IncomingCall } from "./incoming-call.js";
import { linkedTransports } from "./linked-transports.js";
import { Peer } from "./peer.js";
import type { PeerReport } from "./peer-report.js";

const methods = {
  run: request({ params: z.object({}), result: z.unknown() }),
  items: stream({ params: z.object({}), item: z.unknown() }),
  tell: notification({ params: z.object({ text: z.string() }) }),
};

function pair(handle: (call: IncomingCall) => unknown) {
  const [left, right] = linkedTransports();
  const reports: PeerReport[] = [];
  const serving = { methods, handlerErrorCode: ErrorCode.WORKER_ERROR, handle };
  const worker = new Peer({ transport: right, outgoing: methods, serving, onReport: (report) => reports.push(report) });
  const host = new Peer({ transport: left, outgoing: methods, serving: { ...serving, handle: () => null } });
  worker.start();
  host.start();
  return { host, worker, reports };
}

test("the abort reason a handler throws is no code of a call", async () => {
  const { host } = pair(() => {
    throw AbortSignal.abort().reason;
  });
  await expect(host.request("run", {})).rejects.toMatchObject({ code: ErrorCode.WORKER_ERROR });
});

test("what a handler throws without a code is reported, with a code it is an answer", async () => {
  const broken = new Error("broken");
  const { host, reports } = pair((call) => {
    throw call.definition.kind === "stream" ? new RpcError(7, "meant") : broken;
  });
  await expect(host.request("run", {})).rejects.toMatchObject({ message: "broken" });
  await expect(host.stream("items", {}).next()).rejects.toMatchObject({ code: 7 });
  expect(reports).toEqual([{ kind: "call-failed", method: "run", error: broken }]);
});

test("aborted handlers still answer", async () => {
  const { host, worker } = pair(async (call) => {
    await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
    return "cleaned up";
  });
  const answer = host.request("run", {});
  while (worker.load.incoming === 0) await new Promise(setImmediate);
  worker.abortRunning(new Error("late"));
  await expect(answer).resolves.toBe("cleaned up");
});

test("a cap lowers the size of messages, and never raises it", () => {
  const { worker } = pair(() => null);
  worker.capMessages(100);
  worker.capMessages(1000);
  expect(worker.notify("tell", { text: "short" })).toBe(true);
  expect(worker.notify("tell", { text: "x".repeat(100) })).toBe(false);
});
