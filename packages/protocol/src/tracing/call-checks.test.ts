import { expect, test } from "vitest";
import { checkCall } from "./call-checks.js";

test("an option of the wrong type is refused, and named", () => {
  const check = (options: object) => () => checkCall("echo", options);
  expect(check({ onProgress: "x" })).toThrow("echo.onProgress: expected a function, got string");
  expect(check({ resend: "x" })).toThrow("echo.resend: expected true or false, got string");
  expect(check({ onProgress() {}, resend: false })()).toMatchObject({ resend: false });
});
