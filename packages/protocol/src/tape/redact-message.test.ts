import { expect, test } from "vitest";
import { z } from "zod";
import { defineContract, notification, request, stream } from "../contract.js";
import type { Message } from "../messages.js";
import { createHiddenErrors } from "./hidden-errors.js";
import { createRedactor } from "./redact-message.js";
import type { End } from "./tape-format.js";

const contract = defineContract({
  name: "test.secrets",
  version: 1,
  hostToWorker: {
    login: request({
      params: z.object({ user: z.string(), token: z.string(), nested: z.object({ key: z.string() }) }),
      result: z.object({ session: z.string(), name: z.string() }),
      progress: z.string(),
      secret: { params: ["token", "nested"], result: ["session"], progress: true },
    }),
    vault: request({ params: z.object({}), result: z.string(), input: z.object({ pin: z.string() }), secret: true }),
    tail: stream({ params: z.object({}), item: z.object({ line: z.string() }), secret: { item: ["line"] } }),
    open: request({ params: z.object({ q: z.string() }), result: z.string() }),
  },
  workerToHost: {
    tell: notification({ params: z.object({ pin: z.string() }), secret: { params: ["pin"] } }),
    plain: request({ params: z.object({}), result: z.string() }),
    resolve: request({ params: z.object({}), result: z.string(), secret: { result: true } }),
  },
});

const SECRET = "s3cret";
const R = "[redacted]";

function tape() {
  const redact = createRedactor(contract);
  return (from: End, message: object): Record<string, unknown> => {
    const shown = redact(from, { jsonrpc: "2.0", ...message } as Message);
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    const { jsonrpc: _, ...rest } = shown;
    return rest as Record<string, unknown>;
  };
}

test("members that are marked are hidden with all that is in them, the others are shown", () => {
  const say = tape();
  const params = { user: "ada", token: SECRET, nested: { key: SECRET } };
  expect(say("host", { id: 1, method: "login", params, meta: { deadlineMs: 5 } })).toEqual({
    ...{ id: 1, method: "login", meta: { deadlineMs: 5 } },
    params: { user: "ada", token: R, nested: R },
  });
  expect(say("worker", { method: "$/progress", params: { id: 1, value: SECRET } })).toMatchObject({
    params: { id: 1, value: R },
  });
  expect(say("worker", { id: 1, result: { session: SECRET, name: "Ada" } })).toEqual({
    id: 1,
    result: { session: R, name: "Ada" },
  });
});

test("what is no object where members are marked is hidden whole", () => {
  const say = tape();
  expect(say("host", { id: 1, method: "login", params: [SECRET] }).params).toBe(R);
  expect(say("worker", { id: 1, result: SECRET }).result).toBe(R);
});

test("a method that is secret shows nothing but its name and codes", () => {
  const say = tape();
  expect(say("host", { id: 1, method: "vault", params: { a: SECRET } })).toMatchObject({ method: "vault", params: R });
  expect(say("host", { method: "$/input/item", params: { id: 1, item: { pin: SECRET } } })).toMatchObject({
    params: { id: 1, item: R },
  });
  const error = { code: 4001, message: `no ${SECRET}`, data: { got: SECRET } };
  expect(say("worker", { id: 1, error })).toEqual({ id: 1, error: { code: 4001, message: R, data: R } });
});

test("items and notifications follow the marks; a method without marks is shown", () => {
  const say = tape();
  say("host", { id: 1, method: "tail", params: {} });
  expect(say("worker", { method: "$/stream/item", params: { id: 1, item: { line: SECRET } } })).toMatchObject({
    params: { item: { line: R } },
  });
  expect(say("worker", { method: "tell", params: { pin: SECRET } })).toMatchObject({ params: { pin: R } });
  say("host", { id: 2, method: "open", params: { q: "a" } });
  const error = { code: 4001, message: "no luck", data: 1 };
  expect(say("worker", { id: 2, error })).toEqual({ id: 2, error });
});

test("an error passed on by an unmarked call is hidden: while it ran a marked one failed, or its text comes again", () => {
  const say = tape();
  const error = (id: number, message: string, data?: unknown) => ({ id, error: { code: 4001, message, data } });
  const hiddenError = { code: 4001, message: R };
  say("host", { id: 1, method: "open", params: { q: "a" } });
  say("worker", { id: 1, method: "resolve", params: {} });
  say("host", error(1, `no "${SECRET}"`));
  // In other words.
  expect(say("worker", error(1, `${SECRET}, it said`)).error).toEqual(hiddenError);
  // Remembered by the plugin, passed on by a later call.
  say("host", { id: 2, method: "open", params: { q: "a" } });
  expect(say("worker", error(2, `again: no "${SECRET}"`)).error).toEqual(hiddenError);
  say("host", { id: 3, method: "open", params: { q: "a" } });
  expect(say("worker", error(3, "luck", { cause: `no "${SECRET}"` })).error).toEqual({ ...hiddenError, data: R });
  say("worker", { id: 4, method: "plain", params: {} });
  say("host", { method: "$/input/end", params: { id: 4, error: { code: 1, message: `no "${SECRET}"` } } });
  // Another one is shown.
  say("host", { id: 5, method: "open", params: { q: "a" } });
  expect(say("worker", error(5, "no luck", 1)).error).toEqual({ code: 4001, message: "no luck", data: 1 });
});

test("of the texts of hidden errors the last 1,000 are remembered, a long one by its beginning", () => {
  const hidden = createHiddenErrors();
  const long = "x".repeat(5_000);
  for (const text of ["first", "", ...Array.from({ length: 998 }, (_, at) => `#${at}.`), long]) hidden.hide(text);
  const tells = (message: string): boolean => hidden.mayTell({ code: 1, message }, hidden.count);
  expect([tells("the first"), tells(`it: ${long}`), tells("none")]).toEqual([true, true, false]);
  hidden.hide("one more");
  expect([tells("the first"), tells("one more")]).toEqual([false, true]);
});

test("ids are of one direction: an answer is judged by the call it answers", () => {
  const say = tape();
  say("host", { id: 1, method: "open", params: { q: "a" } });
  say("worker", { id: 1, method: "resolve", params: {} });
  expect(say("worker", { id: 1, result: "shown" }).result).toBe("shown");
  expect(say("host", { id: 1, result: SECRET }).result).toBe(R);
});

test("an id used twice, and an answer to nothing, are hidden", () => {
  const say = tape();
  say("worker", { id: 1, method: "resolve", params: {} });
  say("worker", { id: 1, method: "plain", params: {} });
  expect(say("host", { id: 1, result: SECRET }).result).toBe(R);
  expect(say("worker", { id: 99, result: SECRET }).result).toBe(R);
  expect(say("worker", { method: "$/stream/item", params: { id: 99, item: SECRET } })).toMatchObject({
    params: { item: R },
  });
});

test("calls forgotten for lack of room are hidden", () => {
  const say = tape();
  for (let id = 1; id <= 4097; id++) say("host", { id, method: "open", params: { q: "a" } });
  expect(say("worker", { id: 1, result: SECRET }).result).toBe(R);
  expect(say("worker", { id: 4097, result: "shown" }).result).toBe("shown");
});

test("what no contract describes is hidden: config, manifest, logs, health, unknown methods", () => {
  const say = tape();
  const initialize = { protocol: { min: 1, max: 1 }, config: { key: SECRET }, manifest: SECRET, capabilities: ["a"] };
  expect(say("host", { id: 1, method: "initialize", params: initialize })).toMatchObject({
    params: { protocol: { min: 1, max: 1 }, config: R, manifest: R, capabilities: ["a"] },
  });
  expect(say("worker", { id: 1, result: { methods: ["open"], extra: SECRET } })).toMatchObject({
    result: { methods: ["open"] },
  });
  const log = { level: "info", message: SECRET, meta: { a: SECRET }, time: 1 };
  expect(say("worker", { method: "$/log", params: log })).toMatchObject({
    params: { level: "info", message: R, meta: R, time: 1 },
  });
  say("host", { id: 2, method: "health", params: {} });
  expect(say("worker", { id: 2, result: { status: "ok", message: SECRET } }).result).toEqual({
    status: "ok",
    message: R,
  });
  expect(say("worker", { id: 5, method: "stranger", params: { a: SECRET } }).params).toBe(R);
  expect(say("worker", { method: "$/stranger", params: { id: 1, a: SECRET } }).params).toBe(R);
  expect(say("host", { id: 3, method: "__proto__", params: SECRET }).params).toBe(R);
});

test("marks that would hide nothing are refused", () => {
  for (const secret of [{}, { param: true }, { params: [] }, { params: "token" }, false, { params: [7] }]) {
    const method = request({ params: z.object({}), result: z.null(), secret: secret as never });
    expect(() => defineContract({ name: "a", version: 1, hostToWorker: { method } })).toThrow(
      /hostToWorker.method: secret/,
    );
  }
});
