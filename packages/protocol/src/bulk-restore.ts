import type { BulkEntry } from "./messages.js";
import { recordsOf } from "./record-columns.js";

type Container = Record<string | number, unknown>;

/**
 * Puts bytes, long text and lists of records where a decoded message says they belong. What the message says is not
 * trusted: a path goes along own members only, from a payload on, to a place held free for it.
 * @param reuse told of the attachments that nothing holds: text, and bytes of memory that is larger than they are
 * @param maxValues most that lists may have in all, records and their members
 * @returns what is wrong, if anything is; the message must not be used then.
 */
export function restoreBulk(
  message: object,
  attachments: readonly Uint8Array[] | undefined,
  reuse?: (attachment: Uint8Array) => void,
  maxValues: number = Number.POSITIVE_INFINITY,
): string | undefined {
  const { bulk } = message as { readonly bulk?: unknown };
  if (!Array.isArray(bulk)) return bulk === undefined ? "attachments without a member bulk" : "bulk: expected a list";
  let used = 0;
  let left = maxValues;
  for (const entry of bulk as (Partial<BulkEntry> | null)[]) {
    const place = placeOf(message, entry?.path);
    if (place === undefined) return "bulk: a path that leads nowhere";
    const { holder, name } = place;
    if (entry?.as === "base64") {
      const bytes = fromBase64(holder[name]);
      if (bytes === undefined) return "bulk: expected base64 with padding";
      holder[name] = bytes;
      continue;
    }
    if (entry?.as === "columns") {
      const list = recordsOf(holder[name], left);
      if (list === undefined) return `bulk: expected columns of one length, and at most ${maxValues} values in all`;
      left -= list.values;
      holder[name] = list.records;
      continue;
    }
    const attachment = attachments?.[used++];
    if (attachment === undefined) return "bulk: fewer attachments than entries";
    if (holder[name] !== null) return "bulk: expected null where an attachment belongs";
    const value = attached(attachment, entry?.as);
    if (value === undefined) return "bulk: as is none of base64, columns, bytes, latin1 and utf16le";
    holder[name] = value;
    if (value !== attachment) reuse?.(attachment);
  }
  if (used !== (attachments?.length ?? 0)) return "bulk: more attachments than entries";
  delete (message as { bulk?: unknown }).bulk;
  return undefined;
}

function attached(bytes: Uint8Array, as: unknown): unknown {
  // Who is given bytes may ask for their whole memory.
  if (as === "bytes") return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  if (as !== "latin1" && as !== "utf16le") return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(as);
}

function placeOf(message: object, path: unknown): { holder: Container; name: string | number } | undefined {
  if (!Array.isArray(path) || !isPayload(path[0])) return undefined;
  let holder = message as Container;
  for (let step = 0; ; step++) {
    const name: unknown = path[step];
    if (typeof name !== "string" && typeof name !== "number") return undefined;
    if (name === "__proto__" || !Object.hasOwn(holder, name)) return undefined;
    if (Array.isArray(holder) && typeof name !== "number") return undefined;
    if (step === path.length - 1) return { holder, name };
    const next = holder[name];
    // Nothing stands in bytes, and a string's characters are its own.
    if (typeof next !== "object" || next === null || ArrayBuffer.isView(next)) return undefined;
    holder = next as Container;
  }
}

const isPayload = (name: unknown): boolean => name === "params" || name === "result" || name === "error";

function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  // The decoder skips what it does not know; then it writes less.
  const written = Buffer.from(bytes.buffer).write(text, "base64");
  return written === bytes.length ? bytes : undefined;
}
