import { expect, test } from "vitest";
import { extractBulk, INLINE } from "./bulk-values.js";

test("bytes that tell a length of their own are as long as they are: nothing else of the memory is sent", () => {
  const claimed = 60_000;
  class Longer extends Uint8Array {
    override get byteLength(): number {
      return claimed;
    }
  }
  const memory = (length: number) => new Uint8Array(length).fill(7);
  const message = { jsonrpc: "2.0", method: "note", params: new Longer([1, 2]) } as const;
  const { attachments } = extractBulk(message, { ...INLINE, memory });
  expect(attachments).toEqual([Uint8Array.of(1, 2)]);
  const named = Object.defineProperty(new Uint16Array(2), Symbol.toStringTag, { value: "Uint8Array" });
  expect(() => extractBulk({ ...message, params: named as never }, INLINE)).toThrow("a Uint16Array cannot be sent");
});
