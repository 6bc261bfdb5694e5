import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { settled, testPeer } from "../test/peer-pair.js";
import { request } from "./contract.js";
import { ErrorCode } from "./errors.js";
import type { IncomingCall } from "./incoming-call.js";
import { stdioTransport } from "./stdio-transport.js";

const any = z.unknown();

/** A worker over pipes, on a fake clock that counts how often it is read; its handlers take 10 ms of that clock. */
function worker() {
  const clock = fakeClock();
  const calls: IncomingCall[] = [];
  let readings = 0;
  const stdin = new PassThrough();
  testPeer(stdioTransport(stdin, new PassThrough()), {
    clock: {
      ...clock,
      now() {
        readings++;
        return clock.now();
      },
    },
    serving: {
      methods: { call: request({ params: any, result: any }) },
      handlerErrorCode: ErrorCode.WORKER_ERROR,
      handle(call) {
        calls.push(call);
        clock.advance(10);
        return null;
      },
    },
  });
  const line = (id: number): string =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method: "call", params: {}, meta: { deadlineMs: 100 } })}\n`;
  return { clock, calls, stdin, line, readings: () => readings };
}

test("calls that came together have the same time of arrival: the clock is read once", async () => {
  const { clock, calls, stdin, line, readings } = worker();
  const start = clock.now();
  stdin.write([1, 2, 3].map(line).join(""));
  await settled();
  expect(calls.map(({ deadline }) => deadline)).toEqual([start + 100, start + 100, start + 100]);
  expect(readings()).toBe(1);
});

test("a call that came later has a later one", async () => {
  const { clock, calls, stdin, line } = worker();
  const start = clock.now();
  for (const id of [1, 2]) {
    stdin.write(line(id));
    await settled();
  }
  expect(calls.map(({ deadline }) => deadline)).toEqual([start + 100, start + 110]);
});
