import { expect, test } from "vitest";
import { findOption, splitOptions } from "./node-options.js";

test("options in a variable are told apart by spaces and quotes", () => {
  expect(splitOptions(undefined)).toEqual([]);
  expect(splitOptions('--no-warnings  --import "./a.js"')).toEqual(["--no-warnings", "--import", "./a.js"]);
  expect(splitOptions(String.raw`"--allow\-fs-read=*" --allow""-addons --import "./a \"b\".js" c\d`)).toEqual([
    ...["--allow-fs-read=*", "--allow-addons", "--import", './a "b".js', String.raw`c\d`],
  ]);
});

test("an option is found however its name is written", () => {
  expect(findOption(["--no-warnings", "--allow_addons=1"], /^--allow-addons/)).toBe("--allow_addons=1");
  expect(findOption(["allow-addons"], /^--allow-addons/)).toBeUndefined();
});
