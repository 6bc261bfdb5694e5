import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { gone, serving, settled, testPeer } from "../test/peer-pair.js";
import { notification, request } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import { linkedTransports } from "./linked-transports.js";
import { stdioTransport } from "./stdio-transport.js";
import { recordedTransport } from "./tape/recorded-transport.js";
import type { Transport } from "./transport.js";

const any = z.unknown();

/** An end on a fake clock, and what its meter is told. */
function metered(transport: Transport) {
  const clock = fakeClock();
  const told: unknown[] = [];
  let readings = 0;
  let finishSlow = (): void => {};
  const now = (): number => {
    readings++;
    return clock.now();
  };
  const slowly = (ms: number, isRight: boolean) =>
    z.custom(() => {
      clock.advance(ms);
      return isRight;
    });
  const methods = {
    note: notification({ params: any }),
    other: notification({ params: any }),
    failing: notification({ params: any }),
    refused: notification({ params: slowly(100, false) }),
    slow: request({ params: any, result: any }),
    last: notification({ params: any }),
  };
  const peer = testPeer(transport, {
    ...serving(methods, {
      note: () => clock.advance(1),
      other: () => clock.advance(10),
      failing() {
        clock.advance(100);
        throw new RpcError(ErrorCode.INVALID_PARAMS, "no");
      },
      slow() {
        clock.advance(1_000);
        return new Promise((resolve) => {
          finishSlow = () => resolve(null);
        });
      },
      last: () => peer.close(gone),
    }),
    outgoing: { ask: request({ params: any, result: slowly(1_000, true) }) },
    clock: { ...clock, now },
    meter: {
      called() {},
      served: (method, ms, code) => void told.push(code === undefined ? [method, ms] : [method, ms, { code }]),
      servedTogether: (method, ms, count) => void told.push([method, ms, count]),
    },
  });
  return { clock, told, peer, methods, readings: () => readings, finishSlow: () => finishSlow() };
}

type Sent = "note" | "other" | "failing" | "refused" | "slow" | "last" | "progress" | "answer";

/** Of the call that this end makes. */
const ANSWERS = {
  progress: { method: "$/progress", params: { id: 1, value: null } },
  answer: { id: 1, result: null },
};

function overPipe(within = (transport: Transport) => transport) {
  const stdin = new PassThrough();
  const messageOf = (name: Sent): object =>
    name === "progress" || name === "answer"
      ? ANSWERS[name]
      : { method: name, params: {}, ...(name === "slow" ? { id: 1 } : {}) };
  const send = async (...names: Sent[]): Promise<void> => {
    stdin.write(names.map((name) => `${JSON.stringify({ jsonrpc: "2.0", ...messageOf(name) })}\n`).join(""));
    await settled();
  };
  return { stdin, send, ...metered(within(stdioTransport(stdin, new PassThrough()))) };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("of calls that came together eight are timed by one reading of the clock", async () => {
  const { send, told, readings } = overPipe();
  await send(...times(10, "note" as const));
  expect(told).toEqual([
    ["note", 8, 8],
    ["note", 10, 2],
  ]);
  // And one when they came.
  expect(readings()).toBe(3);
});

test("and where a tape is recorded", async () => {
  const { send, told } = overPipe((transport) => recordedTransport(transport, () => {}));
  await send(...times(10, "note" as const));
  expect(told).toEqual([
    ["note", 8, 8],
    ["note", 10, 2],
  ]);
});

test("a call that came alone is timed alone, when it is over", async () => {
  const { send, clock, told } = overPipe();
  await send("note");
  expect(told).toEqual([["note", 1, 1]]);
  clock.advance(500);
  await send("note");
  expect(told).toEqual(times(2, ["note", 1, 1]));
});

test("a call has nothing of the time of another method's, of one refused, of an answer or of progress behind it", async () => {
  const { clock, send, told, peer } = overPipe();
  const answered = peer.request("ask", {}, { onProgress: () => clock.advance(10_000) });
  await send("note", "note", "other", "note", "refused", "note", "progress", "note", "answer", "note");
  await answered;
  expect(told).toEqual([
    ["note", 2, 2],
    ["other", 12, 1],
    ["note", 13, 1],
    ["refused", undefined, { code: ErrorCode.INVALID_PARAMS }],
    ["note", 114, 1],
    ["note", 10_115, 1],
    ["note", 11_116, 1],
  ]);
});

test("a call that fails, or goes on, is timed by itself", async () => {
  const { send, clock, told, finishSlow } = overPipe();
  await send("note", "failing", "note", "slow", "note");
  expect(told).toEqual([
    ["note", 1, 1],
    ["failing", 101, { code: ErrorCode.INVALID_PARAMS }],
    ["note", 102, 1],
    ["note", 1_103, 1],
  ]);
  clock.advance(5_000);
  finishSlow();
  await settled();
  expect(told.at(-1)).toEqual(["slow", 6_103]);
});

test("none is lost when input ends without a newline, or a handler closes its end", async () => {
  const ended = overPipe();
  ended.stdin.end(times(3, JSON.stringify({ jsonrpc: "2.0", method: "note", params: {} })).join("\n"));
  await settled();
  expect(ended.told).toEqual([
    ["note", 2, 2],
    ["note", 1, 1],
  ]);
  const closing = overPipe();
  await closing.send("note", "note", "last", "note");
  expect(closing.told).toEqual([
    ["note", 2, 2],
    ["last", 2, 1],
  ]);
});

test("a meter that throws ends the channel in order: what was answered is written", async () => {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const closed = vi.fn();
  testPeer(stdioTransport(stdin, stdout), {
    ...serving({ quick: request({ params: any, result: any }) }, { quick: () => "answer" }),
    onClosed: closed,
    meter: {
      called() {},
      served() {},
      servedTogether() {
        throw new Error("no meter");
      },
    },
  });
  stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "quick", params: {} })}\n`);
  await settled();
  expect(String(stdout.read())).toContain('"result":"answer"');
  expect(closed.mock.calls).toEqual([[new Error("no meter")]]);
});

test("over a transport that does not tell what comes together, each is timed by itself", async () => {
  const [left, right] = linkedTransports();
  const { told, methods } = metered(right);
  const host = testPeer(left, { outgoing: methods });
  for (const method of ["note", "note", "other"]) host.notify(method, {});
  await settled();
  expect(told).toEqual([
    ["note", 1],
    ["note", 1],
    ["other", 10],
  ]);
});
