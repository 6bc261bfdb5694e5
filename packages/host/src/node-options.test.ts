import { expect, test } from "vitest";
import { findOption, splitOptions } from "./node-options.js";

test("options in a variable are told apart by spaces and quotes", () => {
  expect(splitOptions(undefined)).toEqual([]);
  expect(splitOptions('--no-warnings  --import "./a.js"')).toEqual(["--no-warnings", "--import", "./a.js", ""]);
});

test("an option is found however its name is written", () => {
  expect(findOption(["--no-warnings", "--allow_addons=1"], /^--allow-addons/)).toBe("--allow_addons=1");
  expect(findOption(["allow-addons"], /^--allow-addons/)).toBeUndefined();
});
