/** From so many characters on Node keeps what it decodes outside V8's heap: `EXTERN_APEX` in its `string_bytes.cc`. */
const OUTSIDE_HEAP = 1_031_913;
/** What is larger does not stay among V8's young objects, and costs more in the heap than outside. */
const MAX_IN_HEAP = 2 * 1024 * 1024;
/** V8 makes objects of this size without a page for each. */
const PIECE_BYTES = 65_536;

/**
 * The text of an attachment. Outside the heap it brings on full collections; young in the heap only minor ones, which also
 * free the chunks it came in. There it is a rope of pieces until somebody looks at it.
 */
export function attachedText(bytes: Uint8Array, as: "latin1" | "utf16le", inHeap: boolean): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = buffer;
  if (!inHeap || as !== "latin1" || length < OUTSIDE_HEAP || length > MAX_IN_HEAP) return buffer.toString(as);
  let text = "";
  for (let at = 0; at < length; at += PIECE_BYTES) text += buffer.toString(as, at, at + PIECE_BYTES);
  return text;
}
