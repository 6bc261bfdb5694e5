import { expect, test } from "vitest";
import { z } from "zod";
import { ErrorCode } from "../errors.js";
import { scopeOfCall } from "./call-scope.js";

test("a scope object that is used again does not change the tenant of the call it was given for", () => {
  const reused = { tenant: "t1", at: { team: ["a"] } };
  const scope = scopeOfCall(undefined, reused, {});
  reused.tenant = "t2";
  reused.at.team.push("b");
  expect(scope).toEqual({ tenant: "t1", at: { team: ["a"] } });
});

test.each([undefined, z.object({ tenant: z.string(), at: z.object({ team: z.array(z.string()) }) })])(
  "nobody can change the scope of a call in flight, at no depth",
  (schema) => {
    const scope = scopeOfCall(schema, { tenant: "t1", at: { team: ["a"] } }, {}) as {
      tenant: string;
      at: { team: string[] };
    };
    expect(() => (scope.tenant = "t2")).toThrow(TypeError);
    expect(() => scope.at.team.push("b")).toThrow(TypeError);
  },
);

test("calls in one scope share its copy, of which so many are kept", () => {
  const copyFor = (tenant: string): unknown => scopeOfCall(undefined, { tenant }, {});
  const first = copyFor("shared");
  expect(copyFor("shared")).toBe(first);
  expect(scopeOfCall(undefined, undefined, { tenant: "shared" })).toBe(first);
  expect(scopeOfCall(undefined, { tenant: "shared", team: "a" }, {})).toEqual({ tenant: "shared", team: "a" });
  for (let other = 0; other < 256; other++) copyFor(`other ${other}`);
  expect(copyFor("shared")).toEqual(first);
  expect(copyFor("shared")).not.toBe(first);
  const long = "x".repeat(1024);
  expect(copyFor(long)).not.toBe(copyFor(long));
});

test("the host keeps what the wire carries: no functions, dates as text", () => {
  const given = { tenant: "t1", since: new Date(0), find() {}, none: undefined };
  expect(scopeOfCall(undefined, given, {})).toStrictEqual({ tenant: "t1", since: "1970-01-01T00:00:00.000Z" });
});

test("a scope that no JSON can carry is refused", () => {
  const circular: Record<string, unknown> = { tenant: "t1" };
  circular.self = circular;
  for (const given of [circular, { tenant: "t1", count: 1n }]) {
    expect(() => scopeOfCall(undefined, given, {})).toThrow(
      expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message: expect.stringContaining("scope: expected") }),
    );
  }
});

test.each([
  ["toJSON says nothing", { tenant: "t1", toJSON: () => undefined }],
  [
    "toJSON throws what cannot be shown",
    {
      tenant: "t1",
      toJSON() {
        throw Object.create(null);
      },
    },
  ],
])("a scope is refused as such where %s", (_, given) => {
  expect(() => scopeOfCall(undefined, given, {})).toThrow(
    expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message: expect.stringContaining("scope: expected") }),
  );
});

test("a scope that nests too deep is refused as such, by whichever step cannot walk it", () => {
  const outcomes = Array.from({ length: 20 }, (_, step) => {
    const levels = (step + 1) * 300;
    const deep: unknown = JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
    try {
      return scopeOfCall(undefined, { tenant: "t1", deep }, {}) !== undefined;
    } catch (error) {
      expect(error).toMatchObject({ code: ErrorCode.INVALID_PARAMS, message: expect.stringContaining("too deep") });
      return "refused";
    }
  });
  expect(new Set(outcomes)).toEqual(new Set([true, "refused"]));
});

test("a scope derived from params goes through the contract's schema, like one that is given", () => {
  const schema = z.object({ tenant: z.string().toLowerCase(), plan: z.string().default("free") });
  const expected = { tenant: "t1", plan: "free" };
  expect(scopeOfCall(schema, { tenant: "T1" }, {})).toEqual(expected);
  expect(scopeOfCall(schema, undefined, { tenant: "T1" })).toEqual(expected);
});

test("a derived scope that does not fit is none, a given one is refused", () => {
  const schema = z.object({ tenant: z.string(), region: z.string() });
  expect(scopeOfCall(schema, undefined, { tenant: "t1" })).toBeUndefined();
  expect(() => scopeOfCall(schema, { tenant: "t1" }, {})).toThrow(/^scope\.region: /);
});

test("a contract that names no scope has tenants: anything else is refused, wherever the call is made", () => {
  expect(scopeOfCall(undefined, { tenant: "t1", region: "eu" }, {})).toEqual({ tenant: "t1", region: "eu" });
  expect(() => scopeOfCall(undefined, { region: "eu" }, {})).toThrow(/^scope\.tenant: expected text, got undefined/);
  expect(scopeOfCall(undefined, undefined, { tenant: 7 })).toBeUndefined();
});

test("a schema that throws is told as an error of the scope", () => {
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "acme",
      validate(): never {
        throw new Error("out of order");
      },
    },
  };
  expect(() => scopeOfCall(schema, { tenant: "t1" }, {})).toThrow(
    expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message: expect.stringContaining("out of order") }),
  );
});
