import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { endOf } from "../../test/direct-transport.js";
import { stdioTransport } from "../stdio-transport.js";
import { recordedTransport } from "./recorded-transport.js";

test("the memory of attachments goes back through it", () => {
  const given: Uint8Array[] = [];
  const transport = stdioTransport(new PassThrough(), new PassThrough());
  const through = { ...transport, reuse: (bytes: Uint8Array) => given.push(bytes) };
  const bytes = new Uint8Array(3);
  recordedTransport(through, { line() {}, cutOff() {} }).reuse?.(bytes);
  expect(given).toHaveLength(1);
  expect(given[0]).toBe(bytes);
});

test("memory for attachments comes through it", () => {
  const transport = stdioTransport(new PassThrough(), new PassThrough());
  const memory = (length: number) => new Uint8Array(length);
  expect(recordedTransport({ ...transport, memory }, { line() {}, cutOff() {} }).memory?.(5)).toHaveLength(5);
});

test("what the end cut off is told as that, and to the receiver, too", async () => {
  const input = new PassThrough();
  const told: unknown[] = [];
  const recorded = recordedTransport(stdioTransport(input, new PassThrough()), {
    line: (way, line) => void told.push([way, line]),
    cutOff: (rest) => void told.push(rest),
  });
  const end = endOf(recorded);
  input.end("\x02 note 1\n\x02 note 12");
  const rest = { start: "\x02 note 12", bytes: 9 };
  expect(await end).toEqual([undefined, rest]);
  expect(told).toEqual([["received", "\x02 note 1"], rest]);
});
