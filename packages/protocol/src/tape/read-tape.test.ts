import { expect, test } from "vitest";
import { readTape } from "./read-tape.js";

const header = JSON.stringify({
  tape: 1,
  contract: { name: "a", version: 1 },
  workerId: "w",
  startedAt: "2026-01-01T00:00:00.000Z",
});
const message = (more: object = {}): string =>
  JSON.stringify({ at: 1, incarnation: 1, from: "host", message: { jsonrpc: "2.0", id: 1, method: "m", ...more } });
const exit = (more: object = {}): string =>
  JSON.stringify({
    at: 2,
    incarnation: 1,
    exit: { code: 0, signal: null, reason: "requested", messages: 1, dropped: 0, ...more },
  });
const text = (...lines: string[]): string => `${lines.join("\n")}\n`;

test("a tape is read by process, bytes are bytes again, lines are counted", () => {
  const bulk = [{ path: ["params", "file"], as: "base64" }];
  const second = message().replace('"incarnation":1', '"incarnation":2');
  const tape = readTape(text(header, message({ params: { file: "AAEC" }, bulk }), exit(), second), { partial: true });
  expect(tape.header.contract).toEqual({ name: "a", version: 1 });
  expect(tape.incarnations).toMatchObject([
    { number: 1, exit: { code: 0 }, messages: [{ line: 2, message: { params: { file: new Uint8Array([0, 1, 2]) } } }] },
    { number: 2, exit: undefined },
  ]);
});

test.each([
  ["is no tape", "hello\n", 1, /expected the header of a tape; give a file that the start option record wrote/],
  ["is empty", "", 1, /expected the header/],
  ["is of a later format", text(header.replace('"tape":1', '"tape":2')), 1, /its format is 2, this release reads 1/],
  ["has no traffic", text(header), 1, /it has no traffic/],
  [
    "was cut off before the end of a process",
    text(header, message()),
    2,
    /it was cut off before the end of process 1.*partial: true/,
  ],
  ["was cut off in a line", text(header, message(), exit()).slice(0, -1), 2, /it was cut off in the middle of a line/],
  [
    "lacks messages",
    text(header, message(), exit({ dropped: 3 })),
    3,
    /it lacks 3 messages of process 1.*maxBytes and bufferBytes/,
  ],
  ["is damaged", text(header, "{", exit()), 2, /expected a line of a tape/],
  ["has a message that is none", text(header, message({ jsonrpc: "1.0" }), exit()), 2, /expected "jsonrpc":"2.0"/],
])("a file that %s is refused with the line", (_what, file, line, message) => {
  let thrown: unknown;
  try {
    readTape(file, { name: "a.tape" });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ codeName: "INVALID_PARAMS", message: expect.stringMatching(message), data: { line } });
  expect((thrown as Error).message).toMatch(/^a\.tape: line /);
});
