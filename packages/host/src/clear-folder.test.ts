import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { inFreshFolder } from "../test/fresh-folder.js";
import { clearFolder } from "./clear-folder.js";

let parent = "";
let path = "";
inFreshFolder((folder) => {
  parent = folder;
  path = join(parent, "it's a folder");
  mkdirSync(path, { mode: 0o755 });
  writeFileSync(join(path, "a"), "");
});
afterEach(() => void vi.unstubAllEnvs());

test.each(["with rm", "without"])("it is empty at once, and private, and what was in it goes: %s", async (how) => {
  if (how === "without") vi.stubEnv("PATH", "/nowhere");
  const kept = join(parent, "kept");
  mkdirSync(kept);
  writeFileSync(join(kept, "b"), "");
  symlinkSync(kept, join(path, "link"));
  clearFolder(path);
  expect([readdirSync(path), lstatSync(path).mode & 0o777]).toEqual([[], 0o700]);
  await vi.waitFor(() => expect(readdirSync(parent).sort()).toEqual(["it's a folder", "kept"]));
  expect(existsSync(join(kept, "b"))).toBe(true);
});

test("what is not there cannot be cleared", () => {
  expect(() => clearFolder(join(parent, "missing"))).toThrow("ENOENT");
  expect(existsSync(join(parent, "missing"))).toBe(false);
});
