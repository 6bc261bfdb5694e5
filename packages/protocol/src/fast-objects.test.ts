import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { isDictionary } from "../test/dictionary.js";
import { readAttachments } from "./attachment-reader.js";
import { createChannels, DEFAULT_CHANNEL_LIMITS } from "./authority/channels.js";
import { createInvocations, DEFAULT_INVOCATION_LIMITS } from "./authority/invocations.js";
import { createLineSplitter } from "./framing.js";
import { linkedTransports } from "./linked-transports.js";
import { createPendingCalls } from "./pending-calls.js";
import { stdioTransport } from "./stdio-transport.js";
import { createItemProducer } from "./stream-producer.js";

// A getter in an object literal is enough to make it one.
test.each([
  ["a line splitter", () => createLineSplitter()],
  ["a transport over streams", () => stdioTransport(new PassThrough(), new PassThrough())],
  ["a transport in memory", () => linkedTransports()[0]],
  ["a table of calls", () => createPendingCalls(1)],
  ["invocations", () => createInvocations("id", DEFAULT_INVOCATION_LIMITS)],
  ["a reader of attachments", () => readAttachments([1])],
  ["a producer of items", () => createItemProducer(1, 1)],
  ["channels", () => createChannels(DEFAULT_CHANNEL_LIMITS)],
])("%s, which messages pass, is no dictionary for V8", (_, make) => {
  // The second time V8 has seen the literal.
  make();
  expect(isDictionary(make())).toBe(false);
});
