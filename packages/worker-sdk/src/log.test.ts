import type { LogParams } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { rawSession } from "../test/support/raw-session.js";
import { createLog } from "./log.js";

function memoryLog(linesPerSecond = 100) {
  const lines: LogParams[] = [];
  let time = 0;
  let stderr = "";
  let accepts = true;
  let connected = true;
  const log = createLog({
    linesPerSecond,
    now: () => time,
    host: () => (connected ? (line) => accepts && lines.push(line) > 0 : undefined),
    stderr: (text) => {
      stderr += text;
    },
  });
  return {
    ...{ log, lines },
    stderr: () => stderr,
    advance: (ms: number) => (time += ms),
    accept: (value: boolean) => (accepts = value),
    connect: (value: boolean) => (connected = value),
  };
}

test("each level writes a line with its time and meta", () => {
  const { log, lines, advance } = memoryLog();
  advance(5);
  for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const)
    log[level](`a ${level}`, { level });
  expect(lines.map(({ level }) => level)).toEqual(["trace", "debug", "info", "warn", "error", "fatal"]);
  expect(lines[2]).toEqual({ level: "info", message: "a info", meta: { level: "info" }, time: 5 });
});

test("B28: a flood is dropped and counted, and told when it is over", () => {
  const { log, lines, advance } = memoryLog(10);
  for (let n = 0; n < 1_000; n++) log.info(`${n}`);
  expect(lines).toHaveLength(10);
  advance(1_000);
  log.info("after");
  expect(lines.slice(10).map(({ message }) => message)).toEqual([
    "990 log lines were dropped: more than 10 a second",
    "after",
  ]);
});

test("a clock set back does not stop the log", () => {
  const { log, lines, advance } = memoryLog(1);
  log.info("one");
  advance(-3_600_000);
  log.info("dropped");
  advance(2_000);
  log.info("two");
  expect(lines.map(({ message }) => message)).toContain("two");
});

test("lines the host does not take are counted", () => {
  const { log, lines, accept } = memoryLog();
  accept(false);
  log.info("lost");
  accept(true);
  log.info("next");
  const lost = "1 log lines were dropped: 1 could not be sent to the host";
  expect(lines.map(({ message }) => message)).toEqual([lost, "next"]);
});

test("what a lost notice told of is not lost", () => {
  const { log, lines, accept, advance } = memoryLog(10);
  for (let n = 0; n < 15; n++) log.info(`${n}`);
  accept(false);
  advance(1_000);
  log.info("lost");
  accept(true);
  log.info("next");
  expect(lines.slice(10).map(({ message }) => message)).toEqual([
    "6 log lines were dropped: more than 10 a second, 1 could not be sent to the host",
    "next",
  ]);
});

test("without a host lines go to stderr", () => {
  const { log, lines, connect, stderr } = memoryLog();
  connect(false);
  log.warn("too early", { n: 1 });
  expect(lines).toEqual([]);
  expect(stderr()).toBe('warn: too early {"n":1}\n');
});

test("errors keep name, message, stack, code and cause", () => {
  const { log, lines } = memoryLog();
  const error = Object.assign(new TypeError("bad", { cause: new Error("deep") }), { code: "E_BAD" });
  log.error("failed", error);
  log.error("failed", { while: "reading", error });
  const shown = {
    name: "TypeError",
    message: "bad",
    code: "E_BAD",
    stack: expect.any(String),
    cause: { message: "deep" },
  };
  expect(lines).toMatchObject([{ meta: { error: shown } }, { meta: { while: "reading", error: shown } }]);
});

test("no message and no meta makes the log throw, or write more than its bounds", () => {
  const { log, lines } = memoryLog();
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  log.info("circular", circular);
  log.info("bigint", { n: 1n });
  log.info("large", { text: "x".repeat(1_000_000) });
  log.info("y".repeat(1_000_000));
  const hostile: unknown[] = [null, 7, Symbol("s"), { toString: () => "no", toJSON: () => circular }];
  for (const value of hostile) log.info(value as string, value as Record<string, unknown>);
  const getter = Object.defineProperty({}, "x", {
    enumerable: true,
    get: () => {
      throw new Error("trap");
    },
  });
  log.info("getter", getter);
  expect(lines).toHaveLength(9);
  for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(25_000);
});

test("bytes are written as base64, however many, and what is cyclic as that", () => {
  const { log, lines } = memoryLog();
  const bytes = Buffer.alloc(30_000, 7);
  log.info("some", { bytes });
  log.info("many", { bytes: Buffer.alloc(300_000) });
  const circular: Record<string, unknown> = { bytes };
  circular.self = circular;
  log.info("circular", circular);
  expect(lines).toMatchObject([
    { meta: { bytes: bytes.toString("base64") } },
    { meta: { truncated: expect.stringMatching(/^\{"bytes":"AAAA/) } },
    { meta: { unwritable: expect.stringContaining("circular") } },
  ]);
});

test("lines carry the invocation they were written in", async () => {
  const { initialize, run, logs } = rawSession({
    run(_, { log, detached }) {
      log.info("in the call");
      detached(() => log.info("detached"));
    },
  });
  await initialize();
  await run(null, "A");
  expect(logs.map(({ message, invocationId }) => [message, invocationId])).toEqual([
    ["in the call", "A"],
    ["detached", undefined],
  ]);
});

test("before the handshake, and for a host without the feature, lines go to stderr", async () => {
  const { initialize, logs, stderr, run } = rawSession({ run: (_, { log }) => log.info("hello") });
  await initialize({ features: [] });
  await run(null, "A");
  expect(logs).toEqual([]);
  expect(stderr()).toBe("info: hello\n");
});
