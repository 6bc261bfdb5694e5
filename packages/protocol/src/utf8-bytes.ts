import { isAscii, transcode } from "node:buffer";
import { BEYOND_LATIN1 } from "./latin1.js";

/** V8 before 14 takes twice as long as what Node brings to make UTF-8 of text beyond Latin-1. */
const IS_SLOW = Number.parseInt(globalThis.process.versions.v8, 10) < 14;

/** Text as UTF-8, as `Buffer.from` makes it, which counts the bytes first: most text is ASCII, and needs no counting. */
export function utf8Bytes(text: string, isSlow = IS_SLOW): Uint8Array {
  if (!BEYOND_LATIN1.test(text)) {
    const bytes = Buffer.from(text, "latin1");
    return isAscii(bytes) ? bytes : Buffer.from(text);
  }
  if (!isSlow) return Buffer.from(text);
  try {
    return transcode(Buffer.from(text, "utf16le"), "utf16le", "utf8");
  } catch {
    // Half of a surrogate pair, or a Node without ICU.
    return Buffer.from(text);
  }
}
