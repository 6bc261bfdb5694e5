import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { gone, serving, settled, testPeer } from "../test/peer-pair.js";
import type { CallMeter } from "./call-meter.js";
import { notification, request } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import { linkedTransports } from "./linked-transports.js";
import { stdioTransport } from "./stdio-transport.js";
import { recordedTransport } from "./tape/recorded-transport.js";
import type { Transport } from "./transport.js";

const any = z.unknown();
const methods = {
  note: notification({ params: any }),
  other: notification({ params: any }),
  slow: request({ params: any, result: any }),
  refused: notification({ params: any }),
};

/** An end on a fake clock, of which `note` takes 1 ms, `other` 10, `refused` 100; what its meter is told. */
function metered(transport: Transport) {
  const clock = fakeClock();
  const told: Parameters<CallMeter["served"]>[] = [];
  let readings = 0;
  let finishSlow = (): void => {};
  const now = (): number => {
    readings++;
    return clock.now();
  };
  const peer = testPeer(transport, {
    ...serving(methods, {
      note: () => clock.advance(1),
      other: () => clock.advance(10),
      refused() {
        clock.advance(100);
        throw new RpcError(ErrorCode.INVALID_PARAMS, "no");
      },
      slow() {
        clock.advance(1_000);
        return new Promise((resolve) => {
          finishSlow = () => resolve(null);
        });
      },
    }),
    clock: { ...clock, now },
    meter: { called() {}, served: (...call) => void told.push(call) },
  });
  return { clock, told, peer, readings: () => readings, finishSlow: () => finishSlow() };
}

function overPipe(within = (transport: Transport) => transport) {
  const stdin = new PassThrough();
  const send = async (...names: (keyof typeof methods)[]): Promise<void> => {
    const lines = names.map((method, at) => {
      const id = methods[method].kind === "request" ? { id: at } : {};
      return `${JSON.stringify({ jsonrpc: "2.0", ...id, method, params: {} })}\n`;
    });
    stdin.write(lines.join(""));
    await settled();
  };
  return { stdin, send, ...metered(within(stdioTransport(stdin, new PassThrough()))) };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("of calls that came together eight are timed by one reading of the clock", async () => {
  const { send, told, readings } = overPipe();
  await send(...times(10, "note" as const));
  expect(told).toEqual([
    ["note", 8, undefined, 8],
    ["note", 10, undefined, 2],
  ]);
  // And one when they came.
  expect(readings()).toBe(3);
});

test("and where a tape is recorded", async () => {
  const { send, told } = overPipe((transport) => recordedTransport(transport, () => {}));
  await send(...times(10, "note" as const));
  expect(told.map(([, , , count]) => count)).toEqual([8, 2]);
});

test("a call that came alone is timed alone, when it is over", async () => {
  const { send, clock, told } = overPipe();
  await send("note");
  expect(told).toEqual([["note", 1, undefined, 1]]);
  clock.advance(500);
  await send("note");
  expect(told).toEqual(times(2, ["note", 1, undefined, 1]));
});

test("a method's time is no other's, a failed call's its own, and one that goes on ends for itself", async () => {
  const { send, clock, told, finishSlow } = overPipe();
  await send("note", "note", "other", "note", "refused", "note", "slow", "note");
  expect(told).toEqual([
    ["note", 2, undefined, 2],
    ["other", 12, undefined, 1],
    ["note", 13, undefined, 1],
    ["refused", 113, ErrorCode.INVALID_PARAMS, 1],
    ["note", 114, undefined, 1],
    ["note", 1_115, undefined, 1],
  ]);
  clock.advance(5_000);
  finishSlow();
  await settled();
  expect(told.at(-1)).toEqual(["slow", 6_115, undefined, 1]);
});

test("none is lost when the channel ends behind it, or in it", async () => {
  const { stdin, send, told, peer } = overPipe();
  await send("note");
  const handled = told.length;
  stdin.end(`${times(3, JSON.stringify({ jsonrpc: "2.0", method: "note", params: {} })).join("\n")}`);
  await settled();
  expect(told.slice(handled).map(([, , , count]) => count)).toEqual([2, 1]);
  peer.close(gone);
  expect(told.reduce((sum, [, , , count]) => sum + count, 0)).toBe(4);
});

test("over a transport that does not tell what comes together, each is timed by itself", async () => {
  const [left, right] = linkedTransports();
  const { told } = metered(right);
  const host = testPeer(left, { outgoing: methods });
  for (const method of ["note", "note", "other"]) host.notify(method, {});
  await settled();
  expect(told).toEqual([
    ["note", 1, undefined, 1],
    ["note", 1, undefined, 1],
    ["other", 10, undefined, 1],
  ]);
});
