import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDocLibrary } from "./doc-library.js";
import { settings } from "./settings.js";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "doc-library-")));
});
afterEach(() => rm(root, { recursive: true }));

const write = async (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
};
const at = (name: string) => join(root, name);
const library = (config: Parameters<typeof settings.parse>[0] = {}) => createDocLibrary(settings.parse(config));
const found = (docs: ReturnType<typeof library>, query: string) =>
  docs.search(query, 10).hits.map(({ folder, file, line }) => `${folder.slice(root.length + 1)} ${file}:${line}`);

test("reindexing takes in what is new and forgets what is gone", async () => {
  await write({ "docs/a.md": "# Apple", "docs/b.md": "# Pear" });
  const docs = library();
  await docs.reindex({}, [at("docs")]);
  expect(found(docs, "apple")).toEqual(["docs a.md:1"]);
  await rm(at("docs/a.md"));
  await write({ "docs/b.md": "# Plum", "docs/c.md": "# Cherry" });
  expect(await docs.reindex()).toMatchObject({ files: 2, sections: 2, skipped: [], skippedTotal: 0 });
  expect([found(docs, "apple"), found(docs, "pear"), found(docs, "plum"), found(docs, "cherry")]).toEqual([
    [],
    [],
    ["docs b.md:1"],
    ["docs c.md:1"],
  ]);
});

test("progress goes from the first file to the last", async () => {
  await write({ "a.md": "# A", "b.md": "# B", "c.md": "# C" });
  const seen: unknown[] = [];
  await library().reindex({ onProgress: (progress) => seen.push(progress) }, [root]);
  expect(seen).toEqual([
    { done: 1, total: 3, message: "a.md" },
    { done: 2, total: 3, message: "b.md" },
    { done: 3, total: 3, message: "c.md" },
  ]);
});

test("a folder that is gone and files that are not text are reported, the rest is indexed", async () => {
  await write({ "docs/a.md": "# Apple", "docs/b.md": "\0\0" });
  const report = await library().reindex({}, [at("gone"), at("docs")]);
  expect(report).toMatchObject({
    files: 1,
    skippedTotal: 2,
    skipped: [
      { file: at("gone"), reason: "unreadable" },
      { file: "b.md", reason: "unreadable", message: "it is not text" },
    ],
  });
});

test("nesting that exhausts the parser costs only its file", async () => {
  await write({ "a.md": "# Apple", "deep.md": ">".repeat(20_000) });
  const report = await library().reindex({}, [root]);
  expect(report).toMatchObject({ files: 1, skipped: [{ file: "deep.md", reason: "unreadable" }] });
});

test("input that keeps the parser busy costs only its file", async () => {
  await write({ "a.md": "# Apple", "quadratic.md": "**a".repeat(300_000) });
  const report = await library().reindex({}, [root]);
  expect(report).toMatchObject({ files: 1, skipped: [{ file: "quadratic.md", message: "it took more than 3000 ms" }] });
});

test("a file in two folders counts once", async () => {
  await write({ "docs/api/a.md": "# Apple" });
  const docs = library();
  expect(await docs.reindex({}, [at("docs"), at("docs/api")])).toMatchObject({ files: 1 });
  await docs.reindex({}, [at("docs/api")]);
  expect(found(docs, "apple")).toEqual(["docs api/a.md:1"]);
  const hits: string[] = [];
  for await (const { file } of docs.findText("apple", new AbortController().signal)) hits.push(file);
  expect(hits).toEqual(["api/a.md"]);
});

test("an aborted run stops, keeps what it had, and lets the next one run", async () => {
  await write({ "a.md": "# A apple", "b.md": "# B apple", "c.md": "# C apple" });
  const docs = library();
  const controller = new AbortController();
  const onProgress = ({ done }: { done: number }) => done === 2 && controller.abort(new Error("enough"));
  const run = docs.reindex({ signal: controller.signal, onProgress }, [root]);
  const next = docs.reindex();
  await expect(run).rejects.toThrow("enough");
  await expect(next).resolves.toMatchObject({ files: 3 });
});

test("a changed file is read anew, a removed one forgotten", async () => {
  await write({ "a.md": "# Apple" });
  const docs = library();
  await docs.reindex({}, [root]);
  await write({ "a.md": "# Pear", "b/c.md": "# Plum" });
  expect(await docs.refreshFile(at("a.md"))).toBe("indexed");
  expect(await docs.refreshFile(at("b/c.md"))).toBe("indexed");
  expect([found(docs, "apple"), found(docs, "pear"), found(docs, "plum")]).toEqual([[], [" a.md:1"], [" b/c.md:1"]]);
  await rm(at("a.md"));
  expect(await docs.refreshFile(at("a.md"))).toBe("removed");
  expect(await docs.refreshFile(at("a.md"))).toBe("ignored");
  expect(found(docs, "pear")).toEqual([]);
});

test("a file outside the folders is not read, by whatever path", async () => {
  await write({ "docs/a.md": "# A", "secret.md": "# Secret", "docs/node_modules/b.md": "# B", "docs/c.txt": "# C" });
  await symlink(at("secret.md"), at("docs/link.md"));
  await write({ "docs/drafts/d.md": "# D" });
  const docs = library({ ignore: ["**/node_modules/**", "**/drafts"] });
  await docs.reindex({}, [at("docs")]);
  const paths = [
    "docs/drafts/d.md",
    "secret.md",
    "docs/../secret.md",
    "docs/node_modules/b.md",
    "docs/link.md",
    "docs/c.txt",
    "docs",
  ];
  for (const path of paths) expect([path, await docs.refreshFile(at(path))]).toEqual([path, "ignored"]);
});

test("a file behind a link in a folder can be refreshed", async () => {
  await write({ "docs/a.md": "# A", "docs/.store/p/b.md": "# Apple" });
  await symlink(at("docs/.store/p"), at("docs/link"), "junction");
  const docs = library();
  await docs.reindex({}, [at("docs")]);
  await write({ "docs/.store/p/b.md": "# Pear" });
  expect(await docs.refreshFile(at("docs/link/b.md"))).toBe("indexed");
  expect(found(docs, "pear")).toEqual(["docs link/b.md:1"]);
});

test("an outline is found by the end of a name, unless several files have it", async () => {
  await write({ "p/README.md": "intro\n# A\n## B\n", "q/README.md": "# C", "README.md": "# D" });
  const docs = library();
  await docs.reindex({}, [root]);
  expect(docs.outline("p/README.md")).toMatchObject({
    file: "p/README.md",
    headings: [
      { level: 1, title: "A", line: 2 },
      { level: 2, title: "B", line: 3 },
    ],
  });
  expect(docs.outline("README.md")).toMatchObject({ file: "README.md" });
  await rm(at("README.md"));
  await docs.reindex();
  expect(docs.outline("README.md")).toEqual(["p/README.md", "q/README.md"]);
  expect(docs.outline("gone.md")).toEqual([]);
});

test("text is found word by word as files are read, and reading stops with the reader", async () => {
  await write({ "a.md": "# A\nthe big apple", "b.md": "# B\napple big", "c.md": "# C\nBig  Apple" });
  const docs = library();
  await docs.reindex({}, [root]);
  const signal = new AbortController().signal;
  const files: string[] = [];
  for await (const { file } of docs.findText("big apple", signal)) files.push(file);
  expect(files).toEqual(["a.md", "c.md"]);
  for await (const _hit of docs.findText("apple", signal)) break;
  await expect(docs.findText("apple", AbortSignal.abort(new Error("gone"))).next()).rejects.toThrow("gone");
});
