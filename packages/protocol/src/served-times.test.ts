import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { directTransport } from "../test/direct-transport.js";
import { fakeClock } from "../test/fake-clock.js";
import { gone, serving, settled, testPeer } from "../test/peer-pair.js";
import type { Codec } from "./codec.js";
import { notification, request } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import { linkedTransports } from "./linked-transports.js";
import type { PeerReport } from "./peer-report.js";
import { stdioTransport } from "./stdio-transport.js";
import { recordedTransport } from "./tape/recorded-transport.js";
import type { Transport } from "./transport.js";

const any = z.unknown();
const { INVALID_PARAMS } = ErrorCode;

/** An end on a fake clock, and what its meter is told. To read a long line takes 50 ms, to report something 10. */
function metered(transport: Transport, inNote: () => void = () => {}) {
  const clock = fakeClock();
  const told: unknown[] = [];
  const reports: PeerReport[] = [];
  let readings = 0;
  let finishSlow = (): void => {};
  const now = (): number => {
    readings++;
    return clock.now();
  };
  const slowly = (ms: number, isRight: (value: unknown) => boolean) =>
    z.custom((value) => {
      if (isRight(value)) return true;
      clock.advance(ms);
      return false;
    });
  const codec: Codec = {
    encode: JSON.stringify,
    decode(line) {
      if (line.length > 4096) clock.advance(50);
      return JSON.parse(line) as unknown;
    },
  };
  const fail = (): never => {
    clock.advance(100);
    throw new RpcError(INVALID_PARAMS, "no");
  };
  const goOn = (): Promise<unknown> => {
    clock.advance(1_000);
    return new Promise((resolve) => {
      finishSlow = () => resolve(null);
    });
  };
  const methods = {
    note: notification({ params: any }),
    other: notification({ params: any }),
    last: notification({ params: any }),
    ask: request({ params: slowly(100, (params) => params !== "refused"), result: any }),
  };
  const peer = testPeer(transport, {
    ...serving(methods, {
      note() {
        clock.advance(1);
        inNote();
      },
      other: () => clock.advance(10),
      last: () => peer.close(gone),
      ask(how: unknown) {
        if (how === "fails") return fail();
        if (how === "goes on") return goOn();
        clock.advance(1);
        return null;
      },
    }),
    outgoing: {
      call: request({
        params: any,
        result: z.custom(() => {
          clock.advance(1_000);
          return true;
        }),
      }),
    },
    codec,
    clock: { ...clock, now },
    onReport(report) {
      reports.push(report);
      clock.advance(10);
    },
    meter: {
      called() {},
      served: (method, ms, code, times) => void told.push([method, ms, code === undefined ? times : { code }]),
    },
  });
  return { clock, told, peer, methods, reports, readings: () => readings, finishSlow: () => finishSlow() };
}

const LINES = {
  note: { method: "note" },
  other: { method: "other" },
  last: { method: "last" },
  "a long note": { method: "note", params: "x".repeat(5_000) },
  "asked well": { id: 1, method: "ask" },
  "asked, refused": { id: 2, method: "ask", params: "refused" },
  "asked, fails": { id: 3, method: "ask", params: "fails" },
  "asked, goes on": { id: 4, method: "ask", params: "goes on" },
  "asked, goes on, too": { id: 5, method: "ask", params: "goes on" },
  /** Of the call that this end makes. */
  progress: { method: "$/progress", params: { id: 1, value: null } },
  answer: { id: 1, result: null },
  "no message": { jsonrpc: "1.0" },
  nothing: undefined,
} as const;
type Line = keyof typeof LINES;

const lineOf = (name: Line): string =>
  LINES[name] === undefined ? "" : JSON.stringify({ jsonrpc: "2.0", ...LINES[name] });

function overPipe(within = (transport: Transport) => transport, limits: { readonly messageBytes?: number } = {}) {
  const stdin = new PassThrough();
  const send = async (...names: Line[]): Promise<void> => {
    stdin.write(names.map((name) => `${lineOf(name)}\n`).join(""));
    await settled();
  };
  return { stdin, send, ...metered(within(stdioTransport(stdin, new PassThrough(), limits))) };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("of calls that came together", () => {
  test("eight are timed by one reading of the clock", async () => {
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
    const { send, told } = overPipe((transport) => recordedTransport(transport, { line() {}, cutOff() {} }));
    await send(...times(10, "note" as const));
    expect(told).toEqual([
      ["note", 8, 8],
      ["note", 10, 2],
    ]);
  });

  test("and in memory", async () => {
    const [left, right] = linkedTransports();
    const { told, methods } = metered(right);
    const host = testPeer(left, { outgoing: methods });
    for (const method of ["note", "note", "other"]) host.notify(method, {});
    await settled();
    expect(told).toEqual([
      ["note", 2, 2],
      ["other", 12, 1],
    ]);
  });

  test("one that came alone is timed alone, when it is over", async () => {
    const { send, clock, told } = overPipe();
    await send("note");
    expect(told).toEqual([["note", 1, 1]]);
    clock.advance(500);
    await send("note");
    expect(told).toEqual(times(2, ["note", 1, 1]));
  });

  test.each<[Line, number, unknown]>([
    ["other", 0, ["other", 12, 1]],
    ["asked, refused", 0, ["ask", undefined, { code: INVALID_PARAMS }]],
    ["asked, fails", 0, ["ask", 102, { code: INVALID_PARAMS }]],
    ["asked, goes on", 0, undefined],
    ["progress", 1, undefined],
    ["answer", 1, undefined],
    ["no message", 0, undefined],
    ["a long note", 0, ["note", 53, 1]],
  ])("none has of the time of what is behind it: %s", async (name, calls, itself) => {
    const { clock, send, told, peer } = overPipe();
    for (let call = 0; call < calls; call++) void peer.request("call", {}, { onProgress: () => clock.advance(10_000) });
    await send("note", "note", name);
    expect(told).toEqual([["note", 2, 2], ...(itself === undefined ? [] : [itself])]);
    expect(clock.now()).toBeGreaterThan(2);
  });

  test("nor of what comes behind blank lines", async () => {
    const { send, told } = overPipe();
    await send("note", "nothing", "note");
    expect(told).toEqual([
      ["note", 1, 1],
      ["note", 2, 1],
    ]);
  });

  test("one has at most the time of one of its own method that fails, goes on, or is refused", async () => {
    const failing = overPipe();
    await failing.send("asked well", ...times(20, "asked, fails" as const));
    expect(failing.told.slice(0, 3)).toEqual([
      ["ask", 101, 1],
      ["ask", 101, { code: INVALID_PARAMS }],
      ["ask", 201, { code: INVALID_PARAMS }],
    ]);
    expect(failing.told).toHaveLength(21);

    const refusing = overPipe();
    await refusing.send("asked well", "asked, refused", "asked, refused");
    expect(refusing.told).toEqual([["ask", 101, 1], ...times(2, ["ask", undefined, { code: INVALID_PARAMS }])]);

    const { send, told, clock, finishSlow } = overPipe();
    await send("asked well", "asked, goes on", "asked, goes on, too");
    expect(told).toEqual([["ask", 1_001, 1]]);
    clock.advance(5_000);
    finishSlow();
    await settled();
    expect(told.at(-1)).toEqual(["ask", 7_001, 1]);
  });

  test("one has nothing of the time it takes to report the id of a running call used again", async () => {
    const { send, told, reports } = overPipe();
    await send("asked, goes on");
    await send("asked well", "asked, goes on");
    expect(reports).toMatchObject([{ kind: "duplicate-request" }]);
    expect(told).toEqual([["ask", 1, 1]]);
  });

  test("none is lost when input ends, a line is too long, or a handler closes its end", async () => {
    const ended = overPipe();
    ended.stdin.end(times(3, lineOf("note")).join("\n"));
    await settled();
    // The third has no newline.
    expect(ended.told).toEqual([["note", 2, 2]]);
    const broken = overPipe(undefined, { messageBytes: 1_000 });
    await broken.send("note", "note", "a long note");
    expect(broken.told).toEqual([["note", 2, 2]]);
    const closing = overPipe();
    await closing.send("note", "note", "last", "note");
    expect(closing.told).toEqual([
      ["note", 2, 2],
      ["last", 2, 1],
    ]);
  });
});

/** A transport that is told by hand what comes. */
function byHand() {
  const { transport, receive, batch } = directTransport();
  return { transport, batch, tell: (...names: Line[]): void => names.map(lineOf).forEach(receive) };
}

describe("a transport of one's own", () => {
  test("that does not tell what comes together has each call timed by itself", () => {
    const { transport, tell } = byHand();
    const { told } = metered(transport);
    tell("note", "note", "other");
    expect(told).toEqual([
      ["note", 1, 1],
      ["note", 1, 1],
      ["other", 10, 1],
    ]);
  });

  test("that tells more while a handler runs has each call counted as what it is", () => {
    const { transport, tell, batch } = byHand();
    let isFirst = true;
    const { told } = metered(transport, () => {
      if (isFirst) batch(() => tell("other", "other"));
      isFirst = false;
    });
    batch(() => tell("note", "note"));
    expect(told).toEqual([
      ["other", 21, 2],
      ["note", 22, 2],
    ]);
  });

  test("that throws in the middle has lost no call, and the next batch is one of its own", () => {
    const { transport, tell, batch } = byHand();
    const { told, clock } = metered(transport);
    const error = new Error("torn");
    const tear = (): void => {
      tell("note", "note");
      throw error;
    };
    expect(() => batch(tear)).toThrow(error);
    expect(told).toEqual([["note", 2, 2]]);
    clock.advance(5_000);
    batch(() => tell("note"));
    expect(told.at(-1)).toEqual(["note", 1, 1]);
  });
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no meter");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no meter"))],
])("a meter that %s is reported, and changes nothing else", async (_, served) => {
  const stdin = new PassThrough();
  const ran: string[] = [];
  const handlers = { note: () => ran.push("note"), other: async () => ran.push("other"), ask: () => "answer" };
  const methods = {
    note: notification({ params: any }),
    other: notification({ params: any }),
    ask: request({ params: any, result: any }),
  };
  const stdout = new PassThrough();
  const peer = testPeer(stdioTransport(stdin, stdout), {
    ...serving(methods, handlers),
    outgoing: { call: request({ params: any, result: any }) },
    meter: { called: served, served },
  });
  const answered = peer.request("call", {});
  stdin.write(["note", "other", "asked well", "answer"].map((name) => `${lineOf(name as Line)}\n`).join(""));
  await expect(answered).resolves.toBe(null);
  await settled();
  expect(ran).toEqual(["note", "other"]);
  expect(String(stdout.read())).toContain('"result":"answer"');
  expect(peer.reports).toEqual(times(4, { kind: "listener-failed", listener: "meter", error: new Error("no meter") }));
});
