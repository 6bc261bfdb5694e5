import { expect, test } from "vitest";
import { resolveCompileCache } from "./resolve-compile-cache.js";

test("a worker's own option goes before the host's", () => {
  expect(resolveCompileCache(undefined, undefined)).toEqual({ maxBytes: 67_108_864 });
  expect(resolveCompileCache({ maxBytes: 5 }, {})).toEqual({ maxBytes: 5 });
  expect(resolveCompileCache({ maxBytes: 5 }, { maxBytes: 6 })).toEqual({ maxBytes: 6 });
  expect(resolveCompileCache(false, undefined)).toBeUndefined();
  expect(resolveCompileCache({ maxBytes: 5 }, false)).toBeUndefined();
  expect(resolveCompileCache(false, { maxBytes: 6 })).toEqual({ maxBytes: 6 });
});
