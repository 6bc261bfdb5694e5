import { type } from "arktype";
import * as v from "valibot";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Schema } from "./contract.js";
import { ErrorCode, isRpcError, type RpcError } from "./errors.js";
import { validate } from "./validate.js";

function refusal(schema: Schema<unknown, unknown>, value: unknown): RpcError {
  try {
    validate(schema, value, "params");
  } catch (error) {
    if (isRpcError(error)) return error;
    throw error;
  }
  throw new Error("expected the value to be refused");
}

test("zod, valibot and arktype schemas all return their output and name the path of what is wrong", () => {
  const schemas = [
    z.object({ a: z.array(z.object({ b: z.number() })) }),
    v.object({ a: v.array(v.object({ b: v.number() })) }),
    type({ a: type({ b: "number" }).array() }),
  ] as Schema<unknown, unknown>[];
  for (const schema of schemas) {
    expect(validate(schema, { a: [{ b: 1 }] }, "params")).toEqual({ a: [{ b: 1 }] });
    const error = refusal(schema, { a: [{ b: 1 }, { b: "x" }] });
    expect(error.code).toBe(ErrorCode.INVALID_PARAMS);
    expect(error.data).toMatchObject({ issues: [{ path: "params.a[1].b" }] });
  }
});

test("the message is one readable line", () => {
  const schema = z.object({ times: z.number(), "first name": z.string() });
  expect(refusal(schema, { times: "2" }).message).toBe(
    'params.times: expected number, received string; params["first name"]: expected string, received undefined',
  );
});

test("a value with a thousand faults is told with twenty of them, and a short line", () => {
  const error = refusal(z.array(z.number()), Array(1000).fill("x"));
  expect((error.data as { issues: unknown[] }).issues).toHaveLength(20);
  expect(error.message).toMatch(/; and 997 more$/);
});

test("keys and messages of a hostile sender are shortened", () => {
  const error = refusal(z.record(z.string(), z.number()), { ["k".repeat(1e6)]: "x" });
  expect(error.message.length).toBeLessThan(1000);
  const { message } = refusal(z.strictObject({}), { ["k".repeat(1e6)]: 1 });
  expect(message.length).toBeLessThan(1000);
});

test("an asynchronous schema is refused, and its rejection ends nothing", async () => {
  const rejecting = () => Promise.reject(new Error("late"));
  const schema = { "~standard": { version: 1, vendor: "test", validate: rejecting } } as const;
  expect(refusal(schema as Schema<unknown, unknown>, "x")).toMatchObject({
    code: ErrorCode.INTERNAL_ERROR,
    message: expect.stringContaining("use a synchronous schema"),
  });
  await new Promise((resolve) => setImmediate(resolve));
});
