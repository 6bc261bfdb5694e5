import { isAscii, transcode } from "node:buffer";
import { BEYOND_LATIN1 } from "./latin1.js";

/** V8 before 14 takes twice as long as what Node brings to make UTF-8 of text beyond Latin-1. */
const IS_SLOW = Number.parseInt(globalThis.process.versions.v8, 10) < 14;

/** Where text is UTF-16 on its way to UTF-8. Kept, since to allocate it takes as long as to fill it. */
let scratch: Buffer | undefined;
/** As much as one read of a pipe, in UTF-16. */
const SCRATCH_BYTES = 131_072;

/** Text as UTF-8, as `Buffer.from` makes it, which counts the bytes first: most text is ASCII, and needs no counting. */
export function utf8Bytes(text: string, isSlow = IS_SLOW): Uint8Array {
  if (!BEYOND_LATIN1.test(text)) {
    const bytes = Buffer.from(text, "latin1");
    return isAscii(bytes) ? bytes : Buffer.from(text);
  }
  if (!isSlow) return Buffer.from(text);
  try {
    return transcode(utf16Bytes(text), "utf16le", "utf8");
  } catch {
    // Half of a surrogate pair, or a Node without ICU.
    return Buffer.from(text);
  }
}

/** Perhaps in the scratch memory, and so good until the next text. */
function utf16Bytes(text: string): Uint8Array {
  if (2 * text.length > SCRATCH_BYTES) return Buffer.from(text, "utf16le");
  scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  return scratch.subarray(0, scratch.write(text, "utf16le"));
}
