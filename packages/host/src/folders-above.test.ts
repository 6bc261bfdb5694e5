import { expect, test } from "vitest";
import { foldersAbove } from "./folders-above.js";

test("from the folder of a file to the root", () => {
  expect(foldersAbove("/app/dist/plugin.js")).toEqual(["/app/dist", "/app", "/"]);
  expect(foldersAbove("/plugin.js")).toEqual(["/"]);
});
