import { expect, test } from "vitest";
import { isPrivate, mayKeepCode, type Ownership } from "./compile-cache-rules.js";

const USER = 1000;
const place = (mode: number, uid = USER, gid = USER): Ownership => ({ mode, uid, gid });
const plain = { entry: place(0o644), folder: place(0o755), kept: [place(0o755), place(0o755)] };

test("code is kept where all of it is the user's own", () => {
  expect(mayKeepCode(USER, plain)).toBe(true);
  expect(mayKeepCode(0, plain)).toBe(false);
  for (const uid of [0, 1001]) {
    expect(mayKeepCode(USER, { ...plain, entry: place(0o644, uid) })).toBe(false);
    expect(mayKeepCode(USER, { ...plain, folder: place(0o755, uid) })).toBe(false);
    expect(mayKeepCode(USER, { ...plain, kept: [place(0o755), place(0o755, uid)] })).toBe(false);
  }
});

test("not where anybody may write, be it sticky", () => {
  for (const mode of [0o777, 0o1777, 0o702]) {
    expect(mayKeepCode(USER, { ...plain, entry: place(mode) })).toBe(false);
    expect(mayKeepCode(USER, { ...plain, folder: place(mode) })).toBe(false);
    expect(mayKeepCode(USER, { ...plain, kept: [place(mode)] })).toBe(false);
  }
});

test("where a group may write, it may write the code, too", () => {
  const shared = [place(0o775, USER, 50)];
  expect(mayKeepCode(USER, { ...plain, kept: shared })).toBe(false);
  expect(mayKeepCode(USER, { ...plain, folder: place(0o775, USER, 51), kept: shared })).toBe(false);
  expect(mayKeepCode(USER, { ...plain, folder: place(0o755, USER, 50), kept: shared })).toBe(false);
  expect(mayKeepCode(USER, { ...plain, folder: place(0o775, USER, 50), kept: shared })).toBe(true);
  expect(mayKeepCode(USER, { ...plain, folder: place(0o775, USER, 50) })).toBe(true);
});

test("a folder is private that shows nobody else anything", () => {
  expect([0o700, 0o40700].map((mode) => isPrivate(place(mode)))).toEqual([true, true]);
  for (const mode of [0o710, 0o701, 0o740, 0o755, 0o777]) expect(isPrivate(place(mode))).toBe(false);
});
