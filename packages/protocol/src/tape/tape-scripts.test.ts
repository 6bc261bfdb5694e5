import { expect, test } from "vitest";
import type { Message } from "../messages.js";
import { linkCalls } from "./tape-calls.js";
import type { End } from "./tape-format.js";
import { scriptsByCall } from "./tape-scripts.js";

type Said = readonly [from: End, message: object];

/** The lines of each script, of a tape that begins in line 2. */
const scripts = (...said: readonly Said[]): number[][] => {
  const messages = said.map(([from, message], index) => {
    return { line: index + 2, at: index, from, message: { jsonrpc: "2.0", ...message } as Message };
  });
  return scriptsByCall(linkCalls(messages)).map((script) => script.map(({ line }) => line));
};

const call = (id: number, invocation?: string): Said => [
  "host",
  { id, method: "run", ...(invocation !== undefined && { meta: { invocation: { id: invocation } } }) },
];
const nested = (id: number, invocationId?: string): Said => [
  "worker",
  { id, method: "ask", ...(invocationId !== undefined && { meta: { invocationId } }) },
];
const answer = (from: End, id: number): Said => [from, { id, result: 1 }];

test("a nested call belongs to the call whose invocation it names, not to the latest", () => {
  const said = [call(1, "a"), call(2, "b"), nested(1, "a"), nested(2, "b"), answer("host", 2), answer("host", 1)];
  expect(scripts(...said, answer("worker", 2), answer("worker", 1))).toEqual([
    [2, 4, 7, 9],
    [3, 5, 6, 8],
  ]);
});

test("one that names none belongs to the call that began last and still runs", () => {
  expect(scripts(call(1), call(2), answer("worker", 2), nested(1), answer("host", 1), answer("worker", 1))).toEqual([
    [2, 5, 6, 7],
    [3, 4],
  ]);
});

test("what is said about a call goes with it; what the runtime sees to by itself is left out", () => {
  const said: Said[] = [
    ["host", { id: 1, method: "initialize" }],
    answer("worker", 1),
    call(2),
    ["host", { id: 3, method: "$/ping" }],
    ["worker", { method: "$/log", params: {} }],
    ["worker", { method: "$/progress", params: { id: 2, value: 1 } }],
    ["host", { method: "$/cancelRequest", params: { id: 2 } }],
    ["host", { method: "note" }],
    ["worker", { method: "$/progress", params: { id: 99, value: 1 } }],
    answer("worker", 3),
    answer("worker", 2),
  ];
  expect(scripts(...said)).toEqual([[4, 7, 8, 12], [9]]);
});
