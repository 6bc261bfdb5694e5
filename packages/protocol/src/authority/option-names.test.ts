import { expect, test } from "vitest";
import { ErrorCode } from "../errors.js";
import { checkKeys, checkObject } from "./option-names.js";

const refused = (message: string) => expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message });

test.each<[unknown, string]>([
  [null, "null"],
  [["s3cret"], "array"],
  ["s3cret", "string"],
  [5, "number"],
  [undefined, "undefined"],
])("what is no object is refused and not shown: %j", (value, got) => {
  expect(() => checkObject("env", value)).toThrow(refused(`env: expected an object with options, got ${got}`));
  expect(() => checkKeys("env", value, [], "an object")).toThrow(refused(`env: expected an object, got ${got}`));
});

test("an option nobody knows is refused by name, unless it is undefined", () => {
  const given = { callMs: 1, callMS: undefined };
  expect(checkKeys("timeouts", given, ["callMs", "killMs"])).toBe(given);
  expect(() => checkKeys("timeouts", { callMS: 1 }, ["callMs", "killMs"])).toThrow(
    refused('timeouts: there is no option "callMS"; did you mean callMs? (it has callMs, killMs)'),
  );
});
