import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plain } from "../../test/contracts/plain.js";
import { definePlugin } from "../define-plugin.js";
import type { PluginOptions } from "../plugin-context.js";
import { type ReplayOptions, replayTape } from "./replay-tape.js";

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-replay-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const header = {
  tape: 1,
  contract: { name: "acme.plain", version: 3 },
  workerId: "w",
  startedAt: "2026-01-01T00:00:00Z",
};
const contract = { name: "acme.plain", version: 3 };
const features = ["cancel", "progress", "stream", "ping", "log", "setup", "input"];

type Handling = Parameters<typeof definePlugin<typeof plain>>[1];
type Said = readonly [from: "host" | "worker", message: object];
const host = (message: object): Said => ["host", message];
const worker = (message: object): Said => ["worker", message];

/** Writes a tape: a handshake, then these messages, from line 4 on. */
async function tapeOf(said: readonly Said[], methods = ["run"], exit: object = {}): Promise<string> {
  const offer = { protocol: { min: 1, max: 1 }, contract, features, limits: {}, workerId: "w", capabilities: [] };
  const answer = {
    protocol: 1,
    contract,
    features: features.filter((one) => one !== "setup"),
    methods,
    declarations: {},
  };
  const all: Said[] = [
    host({ id: 1, method: "initialize", params: { ...offer, config: "[redacted]" } }),
    worker({ id: 1, result: answer }),
    ...said,
  ];
  const lines = all.map(([from, message]) => ({
    at: 1,
    incarnation: 1,
    from,
    message: { jsonrpc: "2.0", ...message },
  }));
  const end = { code: 0, signal: null, reason: "requested", messages: all.length, dropped: 0, ...exit };
  const file = join(folder, `${++files}.ndjson`);
  const text = [header, ...lines, { at: 2, incarnation: 1, exit: end }].map((line) => JSON.stringify(line));
  await writeFile(file, `${text.join("\n")}\n`);
  return file;
}

async function replay(
  said: readonly Said[],
  handlers: Handling,
  options: ReplayOptions & PluginOptions<typeof plain> = {},
) {
  const { setup, ...rest } = options;
  const file = await tapeOf(said, Object.keys(handlers));
  return replayTape(file, definePlugin(plain, handlers, { setup }), { patienceMs: 200, ...rest });
}

const run = (id: number, params: unknown): Said => host({ id, method: "run", params });
const result = (id: number, value: unknown): Said => worker({ id, result: value });

test("ids are the replay's own; errors of the runtime are compared by their code", async () => {
  const said = [
    run(7, 1),
    worker({ id: 40, method: "ask", params: { n: 1 } }),
    host({ id: 40, result: 5 }),
    result(7, 6),
    run(9, -1),
    worker({ id: 9, error: { code: -32003, message: "ask: no answer within 17 ms", data: { timeoutMs: 17 } } }),
  ];
  const report = await replay(said, {
    async run(n, { host }) {
      if (n === -1) throw Object.assign(new Error("no answer within 18 ms"), { code: -32003 });
      return ((await host.request("ask", { n })) as number) + 1;
    },
  });
  expect(report).toEqual({ calls: 2, differences: [], skipped: [] });
});

test("an answer that never comes is missing, and the rest is still replayed", async () => {
  const said = [run(1, 1), result(1, 1), run(2, 2), result(2, 2)];
  const { differences } = await replay(said, { run: (n) => (n === 1 ? new Promise(() => {}) : n) });
  expect(differences).toEqual([
    { line: 5, kind: "missing", method: "run", part: "result", expected: 1, got: undefined },
  ]);
});

test("a call of the host that is not on the tape is unexpected and refused; one that is not made is missing", async () => {
  const said = [
    run(1, 1),
    worker({ id: 1, method: "ask", params: "a" }),
    host({ id: 1, result: 1 }),
    worker({ method: "note", params: "n" }),
    result(1, 1),
  ];
  const { differences } = await replay(said, {
    run: (_, { host }) => host.request("slow", "b").catch((error) => error.code),
  });
  expect(differences).toMatchObject([
    { line: 4, kind: "unexpected", method: "slow", part: "params", expected: undefined, got: "b" },
    { line: 8, kind: "differs", method: "run", part: "result", expected: 1, got: -32004 },
    { line: 5, kind: "missing", method: "ask", part: "params", expected: "a" },
    { line: 7, kind: "missing", method: "note", part: "params", expected: "n" },
  ]);
});

test("other params of a nested call are a difference, and answered from the tape all the same", async () => {
  const said = [run(1, 1), worker({ id: 1, method: "ask", params: "a" }), host({ id: 1, result: 5 }), result(1, 5)];
  const { differences } = await replay(said, { run: (_, { host }) => host.request("ask", "b") });
  expect(differences).toEqual([{ line: 5, kind: "differs", method: "ask", part: "params", expected: "a", got: "b" }]);
});

test("items: another one, one too few, one too many", async () => {
  const credit = { items: 8, bytes: 1_000 };
  const item = (value: unknown): Said => worker({ method: "$/stream/item", params: { id: 1, item: value } });
  const said = [
    host({ id: 1, method: "items", params: 3, meta: { credit } }),
    ...[item(1), item(2), item(3)],
    worker({ id: 1, result: null }),
  ];
  const items = (...yielded: number[]) => replay(said, { items: () => yielded }).then(({ differences }) => differences);
  expect(await items(1, 2, 3)).toEqual([]);
  expect(await items(1, 9, 3)).toMatchObject([{ line: 6, kind: "differs", part: "item", expected: 2, got: 9 }]);
  expect(await items(1, 2)).toMatchObject([{ line: 7, kind: "missing", part: "item", expected: 3 }]);
  expect(await items(1, 2, 3, 4)).toMatchObject([{ kind: "unexpected", method: "items", part: "item", got: 4 }]);
});

test("a stream of the host's is played at the pace of its reader", async () => {
  const item = (value: number): Said => host({ method: "$/stream/item", params: { id: 3, item: value } });
  const said = [
    run(1, null),
    worker({ id: 3, method: "readings", params: {}, meta: { credit: { items: 256, bytes: 1_048_576 } } }),
    ...Array.from({ length: 1_000 }, (_, value) => item(value)),
    host({ id: 3, result: null }),
    result(1, 499_500),
  ];
  const report = await replay(said, {
    async run(_, { host }) {
      let sum = 0;
      // A small window: the tape must not run ahead of it.
      for await (const value of host.stream("readings", {}, { window: { items: 2 } })) sum += value as number;
      return sum;
    },
  });
  expect(report.differences).toEqual([]);
});

test("credit is spent in the bytes of what is played, whatever the characters", async () => {
  const text = "参".repeat(30_000);
  const said = [
    run(1, null),
    worker({ id: 3, method: "readings", params: {}, meta: { credit: { items: 256, bytes: 1_048_576 } } }),
    ...Array.from({ length: 60 }, () => host({ method: "$/stream/item", params: { id: 3, item: text } })),
    host({ id: 3, result: null }),
    result(1, 60),
  ];
  const report = await replay(said, {
    async run(_, { host }) {
      let items = 0;
      for await (const item of host.stream("readings", {})) if (item === text) items++;
      return items;
    },
  });
  expect(report.differences).toEqual([]);
});

test("what reveal throws ends the replay, in its middle too", async () => {
  const said = [run(1, 1), result(1, 1), run(2, "[redacted]"), result(2, 2)];
  const reveal = (): never => {
    throw new Error("no such secret");
  };
  await expect(replay(said, { run: async (n) => n }, { reveal })).rejects.toThrow("no such secret");
});

test("what was answered to a cancelled call is not compared", async () => {
  const said = [
    run(1, 1),
    worker({ id: 1, method: "ask", params: "waits" }),
    host({ method: "$/cancelRequest", params: { id: 1 } }),
    worker({ id: 1, error: { code: -32011, message: "cancelled" } }),
    run(2, 2),
    result(2, "second"),
  ];
  const report = await replay(said, {
    run: async (n, { host }) => (n === 2 ? "second" : host.request("ask", "waits").catch(() => "late")),
  });
  expect(report).toEqual({ calls: 2, differences: [], skipped: [] });
});

test("redacted params are a call that cannot be made, unless they are revealed", async () => {
  const said = [run(1, "[redacted]"), result(1, "for 1234"), run(2, { pin: "[redacted]" }), result(2, "[redacted]")];
  const handlers: Handling = {
    run: (params) => `for ${typeof params === "string" ? params : "many"}`,
  };
  expect(await replay(said, handlers)).toEqual({
    ...{ calls: 1, differences: [] },
    skipped: [{ line: 4, method: "run" }],
  });
  const places: unknown[] = [];
  const reveal = (_: unknown, place: object): unknown => {
    places.push(place);
    return "1234";
  };
  expect(await replay(said, handlers, { reveal })).toEqual({ calls: 2, differences: [], skipped: [] });
  expect(places).toEqual([
    { line: 4, method: "run", part: "params" },
    { line: 6, method: "run", part: "params" },
  ]);
});

test("a plugin with other methods differs; one with a setup that the tape has not is set up", async () => {
  let isSetUp = false;
  const setup = (): void => {
    isSetUp = true;
  };
  const file = await tapeOf([run(1, 1), result(1, true)], ["run", "other"]);
  const plugin = definePlugin(plain, { run: () => isSetUp }, { setup });
  const { differences } = await replayTape(file, plugin);
  expect(differences).toEqual([
    { line: 2, kind: "differs", method: "initialize", part: "result", expected: ["run", "other"], got: ["run"] },
  ]);
});

test("a crash ends the tape in the middle of a call, and the plugin is not held to it", async () => {
  const file = await tapeOf([run(1, 1), run(2, 2)], ["run"], { code: 7, reason: "exit-code" });
  await expect(replayTape(file, definePlugin(plain, { run: () => "well" }))).resolves.toMatchObject({
    ...{ calls: 2, differences: [] },
  });
});

test("a tape that lacks messages is replayed only when told", async () => {
  const file = await tapeOf([run(1, 1), result(1, 1)], ["run"], { dropped: 2 });
  const plugin = definePlugin(plain, { run: () => 1 });
  await expect(replayTape(file, plugin)).rejects.toThrow(/it lacks 2 messages of process 1.*partial: true/);
  await expect(replayTape(file, plugin, { partial: true })).resolves.toMatchObject({ calls: 1, differences: [] });
  await expect(replayTape(file, plugin, { partal: true } as never)).rejects.toThrow(/partal/);
});

test("a setup that never ends ends the replay, and is named", async () => {
  const never = replay([run(1, 1), result(1, 1)], { run: (n) => n }, { setup: () => new Promise(() => {}) });
  await expect(never).rejects.toMatchObject({
    code: -32003,
    message: "replayTape: the plugin did not answer initialized within 200 ms; mend its setup, or raise patienceMs",
  });
});
