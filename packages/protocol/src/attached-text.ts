/** Node keeps text that it decodes outside V8's heap from so many characters on. */
const OUTSIDE_HEAP = 1_031_913;
/** Longer text would not stay among what V8 takes for young: it is dearer in the heap than outside. */
const MAX_IN_HEAP = 2 * 1024 * 1024;
/** Even, for two bytes a character; small enough for V8 to make it among small objects. */
const PIECE_BYTES = 65_536;

/**
 * The text of an attachment.
 * @param inHeap whether to keep it in V8's heap if that costs less. What is outside brings full collections on, what is
 * young in the heap those of the young; where chunks are read into memory outside each time, the latter free those, too.
 */
export function attachedText(bytes: Uint8Array, as: "latin1" | "utf16le", inHeap: boolean): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const characters = as === "latin1" ? bytes.byteLength : bytes.byteLength >> 1;
  if (!inHeap || characters < OUTSIDE_HEAP || characters > MAX_IN_HEAP) return buffer.toString(as);
  let text = "";
  for (let at = 0; at < buffer.length; at += PIECE_BYTES) text += buffer.toString(as, at, at + PIECE_BYTES);
  return text;
}
