import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { stdioTransport } from "../stdio-transport.js";
import { recordedTransport } from "./recorded-transport.js";

test("the memory of attachments goes back through it", () => {
  const given: Uint8Array[] = [];
  const transport = stdioTransport(new PassThrough(), new PassThrough());
  const recorded = recordedTransport({ ...transport, reuse: (bytes) => given.push(bytes) }, () => {});
  const bytes = new Uint8Array(3);
  recorded.reuse?.(bytes);
  expect(given).toEqual([bytes]);
  expect(given[0]).toBe(bytes);
});
