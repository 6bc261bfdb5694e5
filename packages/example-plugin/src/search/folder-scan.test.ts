import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dependencies, realFiles } from "../../test/real-markdown.js";
import { type Scanned, type ScanOptions, scanFolder } from "./folder-scan.js";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "folder-scan-")));
});
afterEach(() => rm(root, { recursive: true }));

const write = async (...names: string[]) => {
  for (const name of names) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), "# A\n");
  }
};
const link = (target: string, name: string) => symlink(join(root, target), join(root, name), "junction");
const scan = async (options?: ScanOptions, folder = root) => {
  const found: Scanned[] = [];
  for await (const one of scanFolder(folder, options)) found.push(one);
  return found.map((one) => (one.kind === "file" ? one.name : `${one.name} ${one.reason}`));
};

test("Markdown files are found, nearest first", async () => {
  await write("b/c/d.markdown", "b/E.MD", "a.mdx", "b/x.txt", "z.md");
  expect(await scan()).toEqual(["a.mdx", "z.md", "b/E.MD", "b/c/d.markdown"]);
});

test("dependencies and .git are left out unless asked for, and only below the folder", async () => {
  await write("a.md", "node_modules/p/b.md", ".git/c.md", ".github/d.md");
  expect(await scan()).toEqual(["a.md", ".github/d.md"]);
  expect(await scan({ ignore: [] })).toEqual(["a.md", ".git/c.md", ".github/d.md", "node_modules/p/b.md"]);
  expect(await scan({}, join(root, "node_modules"))).toEqual(["p/b.md"]);
});

test("globs leave out files and whole folders", async () => {
  await write("CHANGELOG.md", "p/CHANGELOG.md", "p/README.md", "old/a.md");
  expect(await scan({ ignore: ["**/CHANGELOG.md", "old/**"] })).toEqual(["p/README.md"]);
});

test("a file reached by several links is found once, under its shortest name", async () => {
  await write(".pnpm/p@1/node_modules/p/README.md");
  await link(".pnpm/p@1/node_modules/p", "p");
  await link(".pnpm/p@1/node_modules/p", "q");
  expect(await scan({ ignore: [] })).toEqual(["p/README.md"]);
});

test("a cycle of links ends", async () => {
  await write("a/b/c.md");
  await link("a", "a/b/again");
  await link("", "a/root");
  expect(await scan()).toEqual(["a/b/c.md"]);
});

test("a link out of the folder is not followed", async () => {
  await write("docs/a.md", "secret/b.md");
  await link("secret", "docs/c");
  await symlink(join(root, "secret/b.md"), join(root, "docs/d.md"));
  await symlink(join(root, "secret/b.md"), join(root, "docs/d.txt"));
  expect(await scan({}, join(root, "docs"))).toEqual(["a.md", "c outside", "d.md outside"]);
});

test("a link that leads nowhere is reported, not fatal", async () => {
  await write("a.md");
  await symlink(join(root, "gone.md"), join(root, "b.md"));
  expect(await scan()).toEqual(["a.md", "b.md unreadable"]);
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)("an unreadable folder is reported", async () => {
  await write("a.md", "closed/b.md");
  await chmod(join(root, "closed"), 0);
  expect(await scan()).toEqual(["a.md", "closed unreadable"]);
  await chmod(join(root, "closed"), 0o700);
});

test("sizes, depth, files and folders are bounded, and what is left out is named", async () => {
  await write("a.md", "b/c.md", "b/d/e.md");
  await writeFile(join(root, "big.md"), "x".repeat(101));
  expect(await scan({ maxFileBytes: 100 })).toEqual(["a.md", "big.md too-large", "b/c.md", "b/d/e.md"]);
  expect(await scan({ maxDepth: 1 })).toEqual(["a.md", "big.md", "b/c.md", "b/d too-deep"]);
  expect(await scan({ maxFiles: 1 })).toEqual(["a.md", "big.md too-many"]);
  expect(await scan({ maxFolders: 2 })).toEqual(["a.md", "big.md", "b/c.md", "b/d too-many"]);
});

test("a folder that is not there is an error of the file system", async () => {
  await expect(scan({}, join(root, "gone"))).rejects.toMatchObject({ code: "ENOENT" });
  await write("a.md");
  await expect(scan({}, join(root, "a.md"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test("an aborted scan stops with the signal's reason", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(scan({ signal })).rejects.toThrow("enough");
});

test("the installed dependencies: hundreds of files, each once", async () => {
  const files = await realFiles();
  expect(files.length).toBeGreaterThan(300);
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  expect(files.map(({ name }) => name)).toContain("tsup/README.md");
  expect(files.every(({ path }) => !path.startsWith(join(dependencies, "tsup")))).toBe(true);
});
