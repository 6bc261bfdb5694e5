import { Writable } from "node:stream";
import type { Clock, HostLogger } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createLogBridge, DEFAULT_LOG_LIMITS, type LogLimits } from "./log-bridge.js";

function fakeClock() {
  let now = 0;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    setTimer(callback, ms) {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const advance = (ms: number): void => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { callback } of due) callback();
  };
  return { clock, advance, armed: () => timers.length };
}

/** A real pino, its records parsed. */
function bridge(limits: Partial<LogLimits> = {}) {
  const records: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      const { time, pid, hostname, ...record } = JSON.parse(String(chunk));
      records.push(record);
      done();
    },
  });
  const logger: HostLogger = pino({ level: "trace", name: "app" }, sink);
  const time = fakeClock();
  const logs = createLogBridge({
    ...{ logger, workerId: "acme", clock: time.clock, limits: { ...DEFAULT_LOG_LIMITS, ...limits } },
  });
  return { ...time, logs, records };
}

test("a worker's log entry becomes a record with its level, id, time and meta", () => {
  const { logs, records } = bridge();
  for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) {
    logs.log({ level, message: level, time: 7, meta: { key: "v" } });
  }
  expect(records.map(({ level }) => level)).toEqual([10, 20, 30, 40, 50, 60]);
  expect(records[2]).toEqual({
    ...{ level: 30, name: "app", workerId: "acme", source: "log", workerTime: 7, meta: { key: "v" }, msg: "info" },
  });
});

test("B28: meta cannot overwrite a field of the host's", () => {
  const { logs, records } = bridge();
  const meta = JSON.parse('{"workerId":"other","level":60,"msg":"x","name":"y","source":"host","__proto__":{"a":1}}');
  logs.log({ level: "info", message: "real", meta });
  expect(records).toEqual([{ level: 30, name: "app", workerId: "acme", source: "log", meta, msg: "real" }]);
});

test("stderr and stray stdout are lines of the log, with their source", () => {
  const { logs, records } = bridge();
  logs.stderr("oops");
  logs.stdout("hello %s");
  expect(records).toEqual([
    { level: 30, name: "app", workerId: "acme", source: "stderr", msg: "oops" },
    { level: 30, name: "app", workerId: "acme", source: "stdout", msg: "hello %s" },
  ]);
});

test("past the rate lines are dropped, and their number told once a window", () => {
  const { logs, records, advance, armed } = bridge({ linesPerSecond: 10, burst: 20, windowMs: 5_000 });
  for (let index = 0; index < 1_000; index++) logs.stderr(`line ${index}`);
  expect(records).toHaveLength(20);
  expect(armed()).toBe(1);
  advance(4_999);
  expect(records).toHaveLength(20);
  advance(1);
  expect(records.slice(20)).toEqual([
    {
      ...{ level: 40, name: "app", workerId: "acme", source: "host", dropped: 980 },
      msg: "980 log lines dropped: it writes more than 10 a second",
    },
  ]);
  expect(logs.stats).toEqual({ written: 21, dropped: 980, failed: 0 });
  expect(armed()).toBe(0);
  advance(3_600_000);
  expect(records).toHaveLength(21);
  for (let index = 0; index < 100; index++) logs.stderr(`line ${index}`);
  advance(5_000);
  expect(records.slice(21).map(({ dropped }) => dropped)).toEqual([...Array(20), 80]);
});

test("the rate is kept over time: a second of quiet lets one second's lines pass", () => {
  const { logs, records, advance } = bridge({ linesPerSecond: 10, burst: 20, windowMs: 1e9 });
  for (let index = 0; index < 100; index++) logs.log({ level: "info", message: "" });
  for (let second = 1; second <= 3; second++) {
    advance(1_000);
    for (let index = 0; index < 100; index++) logs.stdout("");
    expect(records).toHaveLength(20 + 10 * second);
  }
});

test("what comes after the close arms no timer", () => {
  const { logs, records, armed } = bridge({ linesPerSecond: 1, burst: 1 });
  logs.close();
  logs.remark("error", "late");
  logs.remark("error", "later");
  expect(records.map(({ msg }) => msg)).toEqual(["late"]);
  expect([armed(), logs.stats.dropped]).toEqual([0, 1]);
});

test("close tells what was dropped, and leaves no timer", () => {
  const { logs, records, armed } = bridge({ linesPerSecond: 1, burst: 1 });
  logs.close();
  logs.stderr("one");
  logs.stderr("two");
  logs.close();
  expect(records.map(({ msg }) => msg)).toEqual(["one", expect.stringMatching(/^1 log lines dropped/)]);
  expect(armed()).toBe(0);
});

test("long messages are cut and large meta replaced by its beginning", () => {
  const { logs, records } = bridge({ messageCharacters: 5, metaCharacters: 10 });
  logs.log({ level: "info", message: "123456789", meta: { long: "x".repeat(100) } });
  logs.stderr("12345");
  expect(records).toMatchObject([
    { msg: "12345… (4 characters more)", meta: { truncated: '{"long":"x… (101 characters more)' } },
    { msg: "12345" },
  ]);
});

test("bytes are shown as base64, and what has no JSON as why", () => {
  const { logs, records } = bridge({ metaCharacters: 500 });
  const bytes = new Uint8Array(300).fill(7);
  logs.log({ level: "info", message: "bytes", meta: { deep: [{ bytes }] } });
  logs.log({ level: "info", message: "bigint", meta: { n: 1n } });
  logs.log({ level: "info", message: "floats", meta: { n: new Float64Array(2) } });
  expect(records).toMatchObject([
    { msg: "bytes", meta: { deep: [{ bytes: Buffer.from(bytes).toString("base64") }] } },
    { msg: "bigint", meta: { unwritable: expect.stringContaining("BigInt") } },
    { msg: "floats", meta: { unwritable: expect.stringContaining("Float64Array") } },
  ]);
});

test("the host's own notes are not rate limited, and keep their fields", () => {
  const { logs, records } = bridge({ linesPerSecond: 1, burst: 1 });
  logs.stderr("worker");
  logs.note("error", "crashed", { reason: "exit-code", source: "log" });
  logs.note("info", "back");
  expect(records.slice(1)).toMatchObject([
    { level: 50, source: "host", reason: "exit-code", msg: "crashed" },
    { level: 30, msg: "back" },
  ]);
});

test("a logger that throws or rejects changes nothing and is counted, its child too", async () => {
  const { clock } = fakeClock();
  const fail = (): never => {
    throw new Error("disk full");
  };
  const reject = (): unknown => Promise.reject(new Error("disk full"));
  const levels = { trace: fail, debug: fail, info: fail, warn: reject, error: fail, fatal: fail };
  const logger = { ...levels, child: fail } as HostLogger;
  const logs = createLogBridge({ logger, workerId: "w", clock });
  logs.stderr("x");
  logs.log({ level: "fatal", message: "x" });
  logs.note("warn", "x");
  await Promise.resolve();
  expect(logs.stats).toMatchObject({ dropped: 0, failed: 4 });
});

test("remarks about a worker share its rate, notes of the host do not", () => {
  const { logs, records } = bridge({ linesPerSecond: 1, burst: 1 });
  logs.remark("warn", "an answer to a call nobody made", { id: 7 });
  logs.remark("warn", "an answer to a call nobody made", { id: 8 });
  logs.note("info", "ready");
  expect(records.map(({ msg, source, id }) => [msg, source, id])).toEqual([
    ["an answer to a call nobody made", "host", 7],
    ["ready", "host", undefined],
  ]);
});
