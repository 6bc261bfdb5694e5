import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { ErrorCode, errorCodeName, fromWireError, isRpcError, RpcError, toWireError } from "./errors.js";

const fallback = ErrorCode.WORKER_ERROR;

test("an error of another bundled copy is recognised, a look-alike is not", () => {
  const foreign = Object.assign(new Error("x"), { [Symbol.for("outrigger.RpcError")]: true });
  expect(isRpcError(foreign)).toBe(true);
  expect(isRpcError(new RpcError(1, "x"))).toBe(true);
  for (const other of [new Error("x"), { code: 1, message: "x" }, null, undefined, "x"]) {
    expect(isRpcError(other)).toBe(false);
  }
});

test("an application's own number travels with its data; a string code does not", () => {
  expect(toWireError(new RpcError(1234, "no", { data: { a: 1 } }), fallback)).toEqual({
    ...{ code: 1234, message: "no", data: { a: 1 } },
  });
  const system = Object.assign(new Error("no such file"), { code: "ENOENT" });
  expect(toWireError(system, fallback)).toEqual({ code: fallback, message: "no such file" });
});

test("whatever is thrown becomes an error that can be sent", () => {
  const hostile = [
    Object.create(null),
    { code: 1n, message: { toString: null } },
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("looked at");
        },
      },
    ),
    Object.assign(new Error(""), { name: 5 }),
    [1n],
    Symbol("s"),
    () => 1,
    undefined,
    null,
    "",
    "text",
    7,
  ];
  for (const thrown of hostile) {
    const { code, message } = toWireError(thrown, fallback);
    expect(code).toBe(fallback);
    expect(typeof message === "string" && message !== "").toBe(true);
  }
});

test("whatever arrives as an error becomes an RpcError with code and message", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ code: fc.jsonValue(), message: fc.jsonValue() })), (wire) => {
      const error = fromWireError(wire, "greet");
      expect(isRpcError(error)).toBe(true);
      expect(Number.isFinite(error.code)).toBe(true);
      expect(error.message).not.toBe("");
    }),
  );
});

test("code, message and data survive the way over the wire", () => {
  const original = new RpcError(ErrorCode.TIMEOUT, "late", { data: { timeoutMs: 5 } });
  const wire: unknown = JSON.parse(JSON.stringify(toWireError(original, fallback)));
  expect(fromWireError(wire, "greet")).toMatchObject({ code: -32003, message: "late", data: { timeoutMs: 5 } });
});

test("every code has a name and no two share a number", () => {
  const codes = Object.entries(ErrorCode);
  expect(new Set(codes.map(([, code]) => code)).size).toBe(codes.length);
  for (const [name, code] of codes) expect(errorCodeName(code)).toBe(name);
  expect(errorCodeName(42)).toBeUndefined();
  expect(new RpcError(-32003, "x").codeName).toBe("TIMEOUT");
});

test("a value that cannot be looked at is no RpcError, and harms nobody", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(isRpcError(proxy)).toBe(false);
  expect(toWireError(proxy, ErrorCode.WORKER_ERROR).code).toBe(ErrorCode.WORKER_ERROR);
});

test("an error the other end answered with is told from one made here", () => {
  const forged = fromWireError(
    { code: ErrorCode.WORKER_UNAVAILABLE, message: "gone", data: { mayHaveRun: false } },
    "m",
  );
  expect(forged.remote).toBe(true);
  expect(new RpcError(ErrorCode.WORKER_UNAVAILABLE, "gone").remote).toBe(false);
});

test("what a schema's parse throws travels as one readable line", () => {
  let thrown: unknown;
  try {
    z.object({ folders: z.array(z.string()) }).parse({ folders: [1] });
  } catch (error) {
    thrown = error;
  }
  expect(toWireError(thrown, ErrorCode.WORKER_ERROR).message).toBe(
    "value.folders[0]: expected string, received number",
  );
});
