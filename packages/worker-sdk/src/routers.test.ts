import { ErrorCode } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { expect, test } from "vitest";
import { z } from "zod";
import { definePlugin } from "./define-plugin.js";
import { event, events } from "./event-router.js";
import { action, actions, data, job, jobs, query, tool, tools } from "./routers.js";
import { createTestHost } from "./testing/test-host.js";

const seen: unknown[] = [];
let finish: (() => void) | undefined;

const plugin = definePlugin(pluginContract, {
  executeTool: tools({
    search: tool(
      {
        description: "Finds documents",
        params: z.object({ q: z.string().describe("words"), limit: z.int().default(3) }),
      },
      async ({ q, limit }, { progress }, { run }) => {
        progress({ done: 1, total: 1 });
        return { content: `${q} ${limit} for ${run.tenant}` };
      },
    ),
    outline: tool({ description: "Lists headings", params: z.object({}) }, () => ({ content: "none" })),
  }),
  runJob: jobs({
    reindex: async (run, { progress }) => {
      progress({ done: 1, total: 2 });
      return { id: run.id, attempt: run.attempt, params: run.params };
    },
    prune: job({ description: "Forgets", params: z.object({ days: z.number() }) }, ({ params }) => params.days),
  }),
  onEvent: events({
    "issue.*": ({ name }) => void seen.push(`prefix ${name}`),
    "issue.created": ({ name }) => void seen.push(`exact ${name}`),
    "*": event({ filter: { kind: "urgent" } }, ({ name }) => void seen.push(`filtered ${name}`)),
    "file.changed": event({ payload: z.object({ path: z.string() }) }, ({ payload }) => void seen.push(payload.path)),
    "broken.*": () => {
      throw new Error("cannot");
    },
    "broken.twice": () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  }),
  getData: data({
    stats: () => ({ documents: 2 }),
    page: query({ description: "A page", params: z.object({ n: z.number() }) }, ({ n }) => n + 1),
  }),
  performAction: actions({
    "add-folder": action(
      { params: z.object({ path: z.string() }) },
      ({ path }, _, { actor }) => `${path} ${actor?.tenant}`,
    ),
  }),
});

test("calls find their entry, with params checked and defaults filled in", async () => {
  await using host = await createTestHost(plugin);
  await expect(host.executeTool("search", { q: "pipes" })).resolves.toEqual({ content: "pipes 3 for test" });
  await expect(host.executeTool("outline")).resolves.toEqual({ content: "none" });
  await expect(host.runJob("reindex", { id: "r1", attempt: 2, params: { all: true } })).resolves.toEqual({
    ...{ id: "r1", attempt: 2, params: { all: true } },
  });
  await expect(host.runJob("prune", { params: { days: 3 } })).resolves.toBe(3);
  await expect(host.getData("stats")).resolves.toEqual({ documents: 2 });
  await expect(host.getData("page", { n: 1 })).resolves.toBe(2);
  await expect(host.performAction("add-folder", { path: "docs" })).resolves.toBe("docs test");
});

test("progress of an entry reaches the caller", async () => {
  await using host = await createTestHost(plugin);
  const values: unknown[] = [];
  await host.runJob("reindex", { onProgress: (value) => values.push(value) });
  expect(values).toEqual([{ done: 1, total: 2 }]);
});

test("an unknown name is told the known ones; inherited names are unknown", async () => {
  await using host = await createTestHost(plugin);
  await expect(host.executeTool("serach")).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: 'params.tool: there is no tool "serach"; this plugin has search, outline',
    data: { issues: [{ path: "params.tool" }] },
  });
  await expect(host.runJob("constructor")).rejects.toThrow('no job "constructor"; this plugin has reindex, prune');
  await expect(host.getData("__proto__")).rejects.toThrow("this plugin has stats, page");
  await expect(host.performAction("toString")).rejects.toThrow("this plugin has add-folder");
});

test("wrong params name the path, before the entry runs", async () => {
  await using host = await createTestHost(plugin);
  await expect(host.executeTool("search", { q: 7 })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: "params.q: expected string, received number",
  });
  await expect(host.executeTool("search")).rejects.toThrow("params.q");
});

test("events run every handler whose pattern and filter fit; a failing one fails the delivery, not the others", async () => {
  await using host = await createTestHost(plugin);
  const deliver = async (name: string, payload: unknown = null) => {
    seen.length = 0;
    await host.emit({ name, payload });
    return [...seen];
  };
  expect(await deliver("issue.created")).toEqual(["prefix issue.created", "exact issue.created"]);
  expect(await deliver("issue.closed.late")).toEqual(["prefix issue.closed.late"]);
  expect(await deliver("issues")).toEqual([]);
  expect(await deliver("other", { kind: "urgent", more: 1 })).toEqual(["filtered other"]);
  expect(await deliver("other", { kind: "calm" })).toEqual([]);
  expect(await deliver("file.changed", { path: "a.md" })).toEqual(["a.md"]);
  await expect(deliver("file.changed", { path: 1 })).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
  let settled = false;
  const delivery = deliver("broken.twice").finally(() => {
    settled = true;
  });
  delivery.catch(() => {});
  await expect.poll(() => finish).toBeDefined();
  // A later delivery is answered: this one would have been.
  await deliver("issue.created");
  expect(settled).toBe(false);
  finish?.();
  await expect(delivery).rejects.toThrow("cannot");
});

test("what routers declare is in the handshake, with JSON Schema", async () => {
  await using host = await createTestHost(plugin);
  const { declarations } = host.answer;
  expect(Object.keys(declarations).sort()).toEqual(["executeTool", "getData", "onEvent", "performAction", "runJob"]);
  expect(declarations.executeTool?.[0]).toMatchObject({
    name: "search",
    description: "Finds documents",
    params: { type: "object", required: ["q"], properties: { q: { type: "string", description: "words" } } },
  });
  expect(declarations.runJob?.map(({ name, params }) => [name, params !== undefined])).toEqual([
    ["reindex", false],
    ["prune", true],
  ]);
  expect(declarations.onEvent?.map(({ name }) => name)).toContain("issue.*");
});

test("what JSON Schema cannot tell, like bytes, is declared as anything beside the rest", async () => {
  const params = z.object({ name: z.string(), image: z.instanceof(Uint8Array) });
  const images = definePlugin(pluginContract, {
    getData: data({ resized: query({ params }, ({ image }) => image.length) }),
  });
  await using host = await createTestHost(images);
  expect(host.answer.declarations.getData?.[0]?.params).toMatchObject({
    properties: { name: { type: "string" }, image: {} },
    required: ["name", "image"],
  });
  await expect(host.getData("resized", { name: "a", image: new Uint8Array(20_000) })).resolves.toBe(20_000);
});

test("a wrong entry or pattern is refused where it is written", () => {
  expect(() => jobs({ "": () => null })).toThrow(TypeError);
  expect(() => jobs({ reindex: 7 as never })).toThrow('job "reindex": expected a function');
  expect(() => events({ "a*": () => {} })).toThrow('event pattern "a*"');
  expect(() => events({ "*.created": () => {} })).toThrow(TypeError);
  for (const [entry, got] of [
    [undefined, "undefined"],
    [null, "null"],
    ["run", "string"],
    [{ filter: {} }, "object"],
  ]) {
    expect(() => events({ saved: entry as never })).toThrow(`event pattern "saved": expected a function, got ${got}`);
  }
});
