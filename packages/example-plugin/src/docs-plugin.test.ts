import { createHmac } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ErrorCode } from "@outrigger/protocol";
import { createTestHost, type TestHostOptions } from "@outrigger/worker-sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type docsSearch, indexReport, searchData, stats } from "./contract.js";
import { docsPlugin } from "./docs-plugin.js";

let root: string;
const hosts: AsyncDisposable[] = [];
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "docs-plugin-")));
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const start = async (options: TestHostOptions<typeof docsSearch> = {}) => {
  const host = await createTestHost(docsPlugin(), options);
  hosts.push(host);
  return host;
};
type Docs = Awaited<ReturnType<typeof start>>;

const at = (name: string) => join(root, name);
const write = async (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  }
};
const found = async (host: Docs, query: string) => {
  const { data } = await host.executeTool("search", { query });
  return searchData.parse(data).hits.map(({ file, line }) => `${file}:${line}`);
};
const callsOf = (host: Docs, method: string) => host.calls.filter((call) => call.method === method).length;

test("the handshake tells what the plugin has, with the params as JSON Schema", async () => {
  const { answer } = await start();
  expect(answer.plugin).toEqual({ name: "docs-search", version: "1.0.0" });
  const names = Object.entries(answer.declarations).map(([method, all]) => [method, all.map(({ name }) => name)]);
  expect(Object.fromEntries(names)).toEqual({
    executeTool: ["search", "outline"],
    performAction: ["add-folder"],
    runJob: ["reindex"],
    getData: ["stats"],
    onEvent: ["file.changed"],
  });
  expect(answer.declarations.executeTool?.[0]?.params).toMatchObject({
    properties: { query: { type: "string" }, limit: { default: 5 } },
    required: ["query"],
  });
});

describe("folders", () => {
  test("one that is added is indexed, searched and kept in the host's state", async () => {
    await write({ "docs/a.md": "# Apple\nred fruit", "docs/b.md": "# Pear" });
    const host = await start();
    const report = indexReport.parse(await host.performAction("add-folder", { path: at("docs") }));
    expect(report).toMatchObject({ files: 2, sections: 2, skippedTotal: 0 });
    expect(await found(host, "red fruit")).toEqual(["a.md:1"]);
    expect(host.state.get("folders")).toEqual([at("docs")]);
    expect(host.recorded.activity).toMatchObject([{ message: `indexed 2 files of ${at("docs")}` }]);
    expect(host.recorded.metrics).toMatchObject([{ name: "docs.index.duration" }]);
  });

  test("the answer is for models to read and for programs to use", async () => {
    await write({ "docs/a.md": "# Apple\nred fruit" });
    const host = await start({ state: { folders: [at("docs")] } });
    const { content, data } = await host.executeTool("search", { query: "fruit" });
    expect(content).toBe('1 sections match "fruit".\n- a.md:1 Apple: red fruit');
    expect(searchData.parse(data).hits[0]).toMatchObject({
      folder: at("docs"),
      headings: ["Apple"],
      snippet: { text: "red fruit", matches: [[4, 9]] },
    });
  });

  test.each([
    ["docs", "expected an absolute path"],
    [join(tmpdir(), "there-is-no-such-folder"), "there is no folder"],
    [import.meta.filename, "is not a folder"],
  ])("%s is refused, and nothing is kept", async (path, message) => {
    const host = await start();
    await expect(host.performAction("add-folder", { path })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringContaining(message),
    });
    expect(host.state.has("folders")).toBe(false);
  });

  test("a tenant sees its own", async () => {
    await write({ "docs/a.md": "# Apple" });
    const host = await start({ state: { folders: [at("docs")] } });
    const other = await host.executeTool("search", { query: "apple" }, { tenant: "other" });
    expect(searchData.parse(other.data).total).toBe(0);
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
  });

  test("a call that says nobody's name is refused", async () => {
    const host = await start({ scope: null });
    await expect(host.request("getData", { key: "stats" })).rejects.toMatchObject({
      code: ErrorCode.INVOCATION_SCOPE_DENIED,
      message: expect.stringContaining("pass { scope: { tenant } }"),
    });
  });
});

describe("after a restart", () => {
  test("the folders come from state at the first call, once for all who ask", async () => {
    await write({ "docs/a.md": "# Apple" });
    const host = await start({ state: { folders: [at("docs")] } });
    expect(callsOf(host, "state.get")).toBe(0);
    const answers = await Promise.all([found(host, "apple"), found(host, "apple"), found(host, "apple")]);
    expect(answers).toEqual([["a.md:1"], ["a.md:1"], ["a.md:1"]]);
    expect(callsOf(host, "state.get")).toBe(1);
  });

  test("who asked first may go away; the others get their answer", async () => {
    await write({ "docs/a.md": "# Apple" });
    const controller = new AbortController();
    const host = await start({
      handlers: {
        "state.get": async () => {
          controller.abort();
          await expect(first).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
          return [at("docs")];
        },
      },
    });
    const call = { tool: "search", params: { query: "apple" }, run: { tenant: "test" } };
    const first = host.request("executeTool", call, { signal: controller.signal });
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
    expect(callsOf(host, "state.get")).toBe(1);
  });

  test("a tenant not heard of for long is forgotten, and restored when it comes again", async () => {
    await write({ "docs/a.md": "# Apple" });
    const host = await start({ state: { folders: [at("docs")] } });
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
    for (let other = 0; other < 16; other++)
      await host.executeTool("search", { query: "apple" }, { tenant: `t${other}` });
    host.state.set("folders", []);
    expect(await found(host, "apple")).toEqual([]);
  });

  test("a folder that is gone is left out, and comes back with the next reindex", async () => {
    const host = await start({ state: { folders: [at("docs")] } });
    expect(await found(host, "apple")).toEqual([]);
    await write({ "docs/a.md": "# Apple" });
    expect(await host.runJob("reindex")).toMatchObject({ files: 1 });
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
  });

  test("state that is not what the plugin wrote is an error that says so, until it is mended", async () => {
    const host = await start({ state: { folders: "docs" } });
    await expect(found(host, "apple")).rejects.toThrow("state.folders: expected array, received string");
    host.state.delete("folders");
    expect(await found(host, "apple")).toEqual([]);
  });
});

describe("the job reindex", () => {
  test("tells how far it is, and the host when it was", async () => {
    await write({ "docs/a.md": "# Apple", "docs/b.md": "# Pear" });
    const host = await start({ state: { folders: [at("docs")] } });
    const seen: unknown[] = [];
    expect(await host.runJob("reindex", { onProgress: (value) => seen.push(value) })).toMatchObject({ files: 2 });
    expect(seen).toEqual([
      { done: 1, total: 2, message: "a.md" },
      { done: 2, total: 2, message: "b.md" },
    ]);
    const { lastIndexedAt, ...rest } = stats.parse(await host.getData("stats"));
    expect(Date.parse(lastIndexedAt ?? "")).toBeLessThanOrEqual(Date.now());
    expect(rest).toMatchObject({ folders: [at("docs")], files: 2, sections: 2 });
  });

  test("stops when it is cancelled", async () => {
    await write(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`docs/${index}.md`, "# Apple"])));
    const host = await start({ state: { folders: [at("docs")] } });
    await found(host, "apple");
    const controller = new AbortController();
    const job = { job: "reindex", run: { id: "1", tenant: "test", trigger: "manual" as const } };
    const run = host.request("runJob", job, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    expect(stats.parse(await host.getData("stats")).lastIndexedAt).toBeNull();
  });
});

describe("capabilities that were not granted", () => {
  test("state.write: the folder cannot be kept, and the caller is told", async () => {
    await write({ "docs/a.md": "# Apple" });
    const host = await start({ denied: ["state.write"] });
    await expect(host.performAction("add-folder", { path: at("docs") })).rejects.toMatchObject({
      code: ErrorCode.CAPABILITY_DENIED,
    });
  });

  test("activity and metrics: nice to have, done without", async () => {
    await write({ "docs/a.md": "# Apple" });
    const host = await start({ denied: ["activity.write", "metrics.write"] });
    await host.performAction("add-folder", { path: at("docs") });
    expect(host.recorded).toMatchObject({ activity: [], metrics: [] });
  });

  test("events: it starts without them, and says what is missing", async () => {
    const host = await start({ denied: ["events.subscribe"] });
    expect(host.logs).toMatchObject([{ level: "warn", message: expect.stringContaining("without events") }]);
  });
});

describe("the event file.changed", () => {
  test("is asked for at every start, and may come twice", async () => {
    await write({ "docs/a.md": "# Apple" });
    const host = await start({ state: { folders: [at("docs")] } });
    expect([...host.recorded.subscriptions.values()]).toEqual(["file.changed"]);
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
    await write({ "docs/a.md": "# Pear" });
    for (let delivery = 0; delivery < 2; delivery++) {
      await host.emit({ id: "1", name: "file.changed", payload: { path: at("docs/a.md") } });
    }
    expect([await found(host, "apple"), await found(host, "pear")]).toEqual([[], ["a.md:1"]]);
  });

  test("with a payload that does not fit is refused by name", async () => {
    const host = await start();
    await expect(host.emit({ name: "file.changed", payload: { path: 5 } })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringContaining("event.payload.path"),
    });
  });
});

describe("the webhook push", () => {
  const secret = "only the forge knows";
  const sign = (text: string, key = secret) => `sha256=${createHmac("sha256", key).update(text).digest("hex")}`;
  const push = (host: Docs, text: string, signature = sign(text), endpoint = "push") =>
    host.request("handleWebhook", {
      endpoint,
      requestId: "1",
      tenant: "test",
      headers: { "x-hub-signature-256": signature },
      body: { text },
    });
  const commits = (...modified: string[]) => JSON.stringify({ commits: [{ modified }] });
  const guarded = () =>
    start({ config: { webhookSecret: "forge" }, secrets: { forge: secret }, state: { folders: [at("docs")] } });

  test("a signed push refreshes the files it names, and only those in the folders", async () => {
    await write({ "docs/a.md": "# Apple", "secret.md": "# Secret" });
    const host = await guarded();
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
    await write({ "docs/a.md": "# Pear" });
    expect(await push(host, commits("a.md", "a.md", "../secret.md", "gone.md"))).toMatchObject({
      status: 200,
      body: { text: "1 of 3 files refreshed" },
    });
    expect([await found(host, "pear"), await found(host, "secret")]).toEqual([["a.md:1"], []]);
  });

  test.each([
    ["by somebody else", (text: string) => sign(text, "a guess")],
    ["not at all", () => ""],
    ["with something long", () => "x".repeat(10_000)],
  ])("signed %s it is refused and nothing is read", async (_how, signature) => {
    const host = await guarded();
    const text = commits("a.md");
    expect(await push(host, text, signature(text))).toMatchObject({ status: 401 });
    expect(callsOf(host, "state.get")).toBe(0);
  });

  test("what is no push, nowhere to go, or not set up has its own status", async () => {
    const host = await guarded();
    expect(await push(host, "not json")).toMatchObject({ status: 400 });
    expect(await push(host, "{}", sign("{}"), "pull")).toMatchObject({ status: 404 });
    expect(await push(await start(), "{}")).toMatchObject({ status: 403 });
  });
});

describe("config", () => {
  test("a wrong one fails the start and names what is wrong", async () => {
    await expect(start({ config: { extensions: ["md"] } })).rejects.toThrow(
      'config.extensions[0]: expected an extension like ".md"',
    );
    await expect(start({ config: { extention: [".md"] } })).rejects.toThrow('config: Unrecognized key: "extention"');
  });

  test("is checked before an operator saves it", async () => {
    const host = await start();
    const verdict = await host.request("validateConfig", { config: { extensions: ["md"] } });
    expect(verdict).toMatchObject({ ok: false, errors: [{ path: "extensions.0" }] });
    expect(await host.request("validateConfig", { config: {} })).toMatchObject({ ok: true });
  });

  test("a new one takes effect with the next call, without a restart", async () => {
    await write({ "docs/a.md": "# Apple", "docs/old/b.md": "# Apple" });
    const host = await start({ state: { folders: [at("docs")] } });
    expect(await found(host, "apple")).toEqual(["a.md:1", "old/b.md:1"]);
    await host.request("configChanged", { config: { ignore: ["old"] } });
    expect(await found(host, "apple")).toEqual(["a.md:1"]);
  });
});

describe("outline", () => {
  test("tells the headings of a file, or why it cannot", async () => {
    await write({ "docs/p/a.md": "# A\n## B", "docs/q/a.md": "# C" });
    const host = await start({ state: { folders: [at("docs")] } });
    expect((await host.executeTool("outline", { file: "p/a.md" })).content).toBe(
      "p/a.md\n  A (line 1)\n    B (line 2)",
    );
    expect(await host.executeTool("outline", { file: "a.md" })).toMatchObject({
      error: "a.md could be p/a.md, q/a.md",
    });
    expect(await host.executeTool("outline", { file: "z.md" })).toMatchObject({ error: "there is no file z.md" });
  });
});

test("text is streamed as it is found, until the reader leaves", async () => {
  await write(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`docs/${index}.md`, "# A\nbig apple"])));
  const host = await start({ state: { folders: [at("docs")] } });
  const files: string[] = [];
  for await (const { file, snippet } of host.stream("findText", { tenant: "test", text: "BIG apple" })) {
    expect(snippet).toEqual({ text: "big apple", matches: [[0, 9]] });
    if (files.push(file) === 3) break;
  }
  expect(files).toHaveLength(3);
  expect(await host.close()).toBe(0);
});
