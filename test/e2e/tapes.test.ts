import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, type StartOptions } from "@outrigger/host";
import { tapeLauncher } from "@outrigger/host/testing";
import { defineContract } from "@outrigger/protocol";
import { definePlugin } from "@outrigger/worker-sdk";
import { replayTape } from "@outrigger/worker-sdk/testing";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { greeter } from "./greeter-contract.js";
import { taped } from "./tape-contract.js";
import { tapedPlugin } from "./tape-plugin.js";
import { playSession } from "./tape-session.js";

let folder: string;
let file: string;
let recorded: Record<string, unknown>;
const plugin: StartOptions<typeof taped> = { entry: fixture("tape-plugin"), config: { key: "s3cret" } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-tape-"));
  file = join(folder, "session.ndjson");
  recorded = await playSession({ ...plugin, record: file });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The plugin in memory must not end the test's own process. */
const stays = (): never => {
  throw new Error("it would exit");
};

test("a recorded session is the session it was: recording changes nothing", async () => {
  expect(recorded).toEqual(await playSession(plugin));
  expect(recorded).toMatchObject({
    greeting: { text: "Hello Countess of t1 Ada! Hello Countess of t1 Ada! " },
    ...{ steps: [1, 2], items: 180_300, reversed: [255, 2, 1], sum: 6, cancelled: "CANCELLED" },
    ...{ failed: { code: 4001, data: { luck: 0 } }, crashed: "WORKER_UNAVAILABLE" },
    exits: [
      ["exit-code", 7],
      ["requested", 0],
    ],
    noted: ["set up", "NOTED", "set up"],
    asked: ["Ada of Ada", "Ada of t1", "Bob of Bob", "Bob of t1"],
  });
});

test("a tape shows no secret, and all else with its time, its end and its process", async () => {
  const text = await readFile(file, "utf8");
  expect(text).not.toContain("s3cret");
  const [header, ...lines] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(header).toMatchObject({ tape: 1, contract: { name: "outrigger.test.taped", version: 1 }, workerId: "w" });
  expect(Math.abs(Date.now() - Date.parse(String(header?.startedAt)))).toBeLessThan(60_000);
  const times = lines.map(({ at }) => at as number);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const bulk = [{ path: ["params", "bytes"], as: "base64" }];
  expect(lines).toContainEqual(
    expect.objectContaining({
      from: "host",
      incarnation: 1,
      message: expect.objectContaining({ method: "reverse", params: { bytes: "AQL/" }, bulk }),
    }),
  );
  const exits = lines.filter((line) => "exit" in line);
  expect(exits).toMatchObject([
    { incarnation: 1, exit: { code: 7, signal: null, reason: "exit-code", dropped: 0 } },
    { incarnation: 2, exit: { code: 0, signal: null, reason: "requested", dropped: 0 } },
  ]);
});

test("a plugin that does what it did has no differences", async () => {
  const report = await replayTape(file, tapedPlugin("Hello", stays), { config: {} });
  expect(report.differences).toEqual([]);
  expect(report).toMatchObject({ skipped: [], calls: 13 });
});

test("a changed plugin is caught: what was expected, what came, and the line", async () => {
  const { differences } = await replayTape(file, tapedPlugin("Hi", stays));
  const lines = (await readFile(file, "utf8")).split("\n");
  expect(differences).toHaveLength(4);
  expect(differences[0]).toMatchObject({
    ...{ kind: "differs", method: "greet", part: "result" },
    expected: { text: "Hello Countess of t1 Ada! Hello Countess of t1 Ada! " },
    got: { text: "Hi Countess of t1 Ada! Hi Countess of t1 Ada! " },
  });
  expect(lines[(differences[0]?.line ?? 0) - 1]).toContain('"result":{"text":"Hello Countess of t1 Ada!');
});

test("a host gets from the tape what it got from the worker", async () => {
  const reveal = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replace("[redacted]", "ada:s3cret"));
  expect(await playSession({ launcher: tapeLauncher(file, { reveal }) })).toEqual(recorded);
});

test("what was cancelled is not over before the host cancels it", async () => {
  let running = (): void => {};
  const isRunning = new Promise<void>((resolve) => {
    running = resolve;
  });
  const handlers = {
    "state.get": () => null,
    async running(_: object, { signal }: { signal: AbortSignal }) {
      running();
      await once(signal, "abort");
      return null;
    },
    noted() {},
  };
  await using host = createHost(taped, { handlers, logger: pino({ level: "silent" }) });
  const worker = await host.start("w", { launcher: tapeLauncher(file) });
  const late = { codeName: "TIMEOUT" };
  await Promise.all([expect(worker.request("wait", {}, { timeoutMs: 300 })).rejects.toMatchObject(late), isRunning]);
  // Read past where the recorded reader broke off: what was sent comes, and no end.
  const items: number[] = [];
  const reading = async (): Promise<void> => {
    for await (const item of worker.stream("count", {}, { window: { items: 4 }, timeoutMs: 300 })) items.push(item);
  };
  await expect(reading()).rejects.toMatchObject(late);
  expect(items.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("a call that the tape has not is refused with what it has", async () => {
  const handlers = { "state.get": () => null, running: () => null, noted() {} };
  await using host = createHost(taped, { handlers, logger: pino({ level: "silent" }) });
  const worker = await host.start("w", { launcher: tapeLauncher(file) });
  await expect(worker.request("greet", { name: "Eve" })).rejects.toMatchObject({
    codeName: "METHOD_NOT_IMPLEMENTED",
    message: expect.stringMatching(/^greet: the tape .* has no further call of it with these params, .* lines \d+, /),
  });
});

test("a tape of another contract is refused by a plugin and by a host", async () => {
  const other = definePlugin(defineContract({ name: "outrigger.test.greeter", version: 1, hostToWorker: {} }), {});
  const message = /recorded with contract outrigger\.test\.taped version 1, this is outrigger\.test\.greeter version 1/;
  await expect(replayTape(file, other)).rejects.toThrow(message);
  const handlers = { "state.get": () => null, running: () => null };
  await using host = createHost(greeter, { handlers, logger: pino({ level: "silent" }) });
  await expect(host.start("w", { launcher: tapeLauncher(file) })).rejects.toMatchObject({
    message: expect.stringMatching(message),
    data: { reason: "handshake-mismatch", willRestart: false },
  });
});
