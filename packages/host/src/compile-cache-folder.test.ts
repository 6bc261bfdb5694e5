import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { inFreshFolder } from "../test/fresh-folder.js";
import { compileCacheFolder } from "./compile-cache-folder.js";

const user = process.geteuid?.() ?? 0;
let app = "";
inFreshFolder((path) => {
  app = path;
});

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
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

test("is of this user alone, in the nearest node_modules above the entry", () => {
  const entry = entryIn("node_modules", "plugin", "dist");
  expect(compileCacheFolder(entry)).toBe(expected());
  expect(modeOf(expected())).toBe(0o700);
  expect(compileCacheFolder(entry)).toBe(expected());

  folder("plugins", "node_modules");
  expect(compileCacheFolder(entryIn("plugins", "one"))).toBe(expected().replace(app, join(app, "plugins")));
});

test("is nowhere without a node_modules", () => {
  expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
});

test.each(["node_modules", "node_modules/.cache", "plugins", "plugins/plugin.js"])(
  "is not where anybody may write to %s",
  (open) => {
    folder("node_modules", ".cache");
    const entry = entryIn("plugins");
    chmodSync(join(app, open), 0o777);
    expect(compileCacheFolder(entry)).toBeUndefined();
    chmodSync(join(app, open), 0o755);
    expect(compileCacheFolder(entry)).toBe(expected());
  },
);

test.each(["node_modules", "node_modules/.cache", `node_modules/.cache/outrigger-compile-cache-${user}`])(
  "is not behind a link in place of %s",
  (link) => {
    folder(dirname(link));
    symlinkSync(folder("elsewhere"), join(app, link));
    expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
    expect(readdirSync(join(app, "elsewhere"))).toEqual([]);
  },
);

test("what others could get at, as Node makes it, is made anew", async () => {
  folder("node_modules");
  const entry = entryIn("plugins");
  for (const mode of [0o755, 0o770, 0o707]) {
    compileCacheFolder(entry);
    writeFileSync(join(expected(), "left"), "by whom?");
    chmodSync(expected(), mode);
    expect(compileCacheFolder(entry)).toBe(expected());
    expect([modeOf(expected()), readdirSync(expected())]).toEqual([0o700, []]);
  }
  await vi.waitFor(() => expect(readdirSync(dirname(expected()))).toHaveLength(1));
});

test("is nowhere that cannot be written to", () => {
  folder("node_modules");
  writeFileSync(join(app, "node_modules", ".cache"), "a file");
  expect(compileCacheFolder(entryIn("plugins"))).toBeUndefined();
});

/** Root may write to all that is not mounted to be read only. */
test.skipIf(user === 0)("is nowhere that this user may not write to now", () => {
  const modules = folder("node_modules");
  const entry = entryIn("plugins");
  expect(compileCacheFolder(entry)).toBe(expected());
  for (const path of [modules, join(app, "plugins")]) {
    chmodSync(path, 0o555);
    expect(compileCacheFolder(entry)).toBeUndefined();
    chmodSync(path, 0o755);
  }
});

test.runIf(user === 0)("nothing is made, and nothing found, in what is somebody else's", () => {
  folder("node_modules");
  const entry = entryIn("plugins");
  for (const path of ["node_modules", "plugins", "plugins/plugin.js"]) {
    chownSync(join(app, path), 4242, 4242);
    expect(compileCacheFolder(entry)).toBeUndefined();
    expect(existsSync(join(app, "node_modules", ".cache"))).toBe(false);
    chownSync(join(app, path), 0, 0);
  }
  expect(compileCacheFolder(entry)).toBe(expected());
  chownSync(expected(), 4242, 4242);
  expect(compileCacheFolder(entry)).toBeUndefined();
});
