import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compileCacheFolder } from "./compile-cache-folder.js";

const user = process.geteuid?.() ?? 0;
let app = "";
beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-cache-")));
});
afterEach(() => rmSync(app, { recursive: true, force: true }));

const folder = (...path: string[]): string => {
  mkdirSync(join(app, ...path), { recursive: true });
  return join(app, ...path);
};
const entryIn = (...path: string[]): string => {
  const entry = join(folder(...path), "plugin.js");
  writeFileSync(entry, "");
  return entry;
};
const expected = (): string => join(app, "node_modules", ".cache", `outrigger-compile-cache-${user}`);

test("is of this user alone, in the nearest node_modules above the entry", () => {
  const entry = entryIn("node_modules", "plugin", "dist");
  expect(compileCacheFolder(entry)).toBe(expected());
  expect(lstatSync(expected()).mode & 0o777).toBe(0o700);
  expect(compileCacheFolder(entry)).toBe(expected());

  folder("plugins", "node_modules");
  expect(compileCacheFolder(entryIn("plugins", "one"))).toBe(expected().replace(app, join(app, "plugins")));
});

test("is nowhere without a node_modules", () => {
  expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
});

test.each(["node_modules", "node_modules/.cache"])("is not where anybody may write to %s", (open) => {
  folder("node_modules", ".cache");
  chmodSync(join(app, open), 0o777);
  expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
  chmodSync(join(app, open), 0o775);
  expect(compileCacheFolder(entryIn("plugins"))).toBe(expected());
});

test.each(["node_modules", "node_modules/.cache", `node_modules/.cache/outrigger-compile-cache-${user}`])(
  "is not behind a link in place of %s",
  (link) => {
    folder(dirname(link));
    symlinkSync(folder("elsewhere"), join(app, link));
    expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
  },
);

test("is not where others may read or write: what they left there would be run", () => {
  const entry = entryIn("plugins");
  folder("node_modules");
  expect(compileCacheFolder(entry)).toBe(expected());
  for (const mode of [0o755, 0o770, 0o707]) {
    chmodSync(expected(), mode);
    expect(compileCacheFolder(entry)).toBeUndefined();
  }
});

test("is nowhere that cannot be written to", () => {
  folder("node_modules");
  writeFileSync(join(app, "node_modules", ".cache"), "a file");
  expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
});

describe.runIf(user === 0)("of several users", () => {
  const OTHER = 4242;
  /** What this user, who is not root, gets. */
  const folderFor = (uid: number, entry: string): string | undefined => {
    process.seteuid?.(uid);
    try {
      return compileCacheFolder(entry);
    } finally {
      process.seteuid?.(0);
    }
  };
  const of = (uid: number): string => join(app, "node_modules", ".cache", `outrigger-compile-cache-${uid}`);
  beforeEach(() => chmodSync(app, 0o755));

  test("node_modules may be root's, this user's, or his who owns the entry", () => {
    const entry = entryIn("plugins");
    folder("node_modules");
    chownSync(join(app, "node_modules"), OTHER, OTHER);
    expect(compileCacheFolder(entry)).toBeUndefined();
    expect(existsSync(join(app, "node_modules", ".cache"))).toBe(false);
    chownSync(entry, OTHER, OTHER);
    expect(compileCacheFolder(entry)).toBe(of(0));
    chownSync(of(0), OTHER, OTHER);
    expect(compileCacheFolder(entry)).toBeUndefined();
  });

  test("a group may write there that is this user's own", () => {
    const entry = entryIn("plugins");
    chmodSync(folder("node_modules"), 0o775);
    expect(compileCacheFolder(entry)).toBe(of(0));
    chownSync(join(app, "node_modules"), 0, OTHER);
    expect(compileCacheFolder(entry)).toBeUndefined();
  });

  test("who may not write to node_modules has none, even where one was made for him", () => {
    const entry = entryIn("plugins");
    folder("node_modules", ".cache");
    chownSync(join(app, "node_modules"), OTHER, 0);
    expect(folderFor(OTHER, entry)).toBeUndefined();
    chownSync(join(app, "node_modules", ".cache"), OTHER, 0);
    expect(folderFor(OTHER, entry)).toBe(of(OTHER));
    chownSync(join(app, "node_modules"), 0, 0);
    expect(folderFor(OTHER, entry)).toBeUndefined();
  });
});
