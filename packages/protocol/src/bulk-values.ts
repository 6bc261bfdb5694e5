import { type Attachment, MAX_ATTACHMENTS } from "./bulk-frame.js";
import { BEYOND_LATIN1 } from "./latin1.js";
import type { BulkEntry, Message } from "./messages.js";
import { columnsOf, MIN_RECORDS } from "./record-columns.js";

/** What a full line with a `meta` and `bulk` has beyond a short one, in values. */
const FULL_LINE_VALUES = 11;

/** A message with its bulk taken out. */
export interface Extracted {
  /** The message as it was, if there was none in it. */
  readonly message: Message;
  readonly attachments: readonly Attachment[] | undefined;
}

/** How bulk travels. */
export interface BulkForm {
  /** Where bytes are copied to that are attached; without it the other end takes no attachments, and they travel as base64. */
  readonly memory: ((length: number) => Uint8Array) | undefined;
  /** Text of so many characters is attached. */
  readonly textLength: number;
  /** Whether long lists of records are written by column: of payloads that were looked at, and hold no bulk. */
  readonly byColumn: boolean;
}

/** All within the JSON: no attachments. */
export const INLINE: BulkForm = { memory: undefined, textLength: Number.POSITIVE_INFINITY, byColumn: false };

/**
 * Takes bytes and long text out of a payload at any depth; the payload itself stays as it is. Bytes are copied: they are
 * sent as they are now, whatever becomes of them while they wait.
 * @throws TypeError for what JSON would garble: typed arrays of other kinds, an ArrayBuffer, bytes named `__proto__`.
 */
export function extractBulk(message: Message, form: BulkForm): Extracted {
  const entries: BulkEntry[] = [];
  const attachments: Attachment[] = [];
  const path: (string | number)[] = [];

  const attach = (attachment: Attachment, as: BulkEntry["as"]): null => {
    attachments.push(attachment);
    entries.push({ path: [...path], as });
    return null;
  };

  const takeBytes = (bytes: Uint8Array): unknown => {
    const length = byteLengthOf(bytes);
    if (path.includes("__proto__")) throw new TypeError("bytes cannot stand in a member named __proto__");
    if (form.memory !== undefined && length > 0 && attachments.length < MAX_ATTACHMENTS) {
      const copy = form.memory(length);
      copy.set(bytes);
      return attach(copy, "bytes");
    }
    entries.push({ path: [...path], as: "base64" });
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("base64");
  };

  const takeText = (text: string): unknown => {
    const mayAttach =
      form.memory !== undefined && text.length >= form.textLength && attachments.length < MAX_ATTACHMENTS;
    if (!mayAttach || path.includes("__proto__")) return text;
    return BEYOND_LATIN1.test(text) ? attach(Buffer.from(text, "utf16le"), "utf16le") : attach(text, "latin1");
  };

  const within = (key: string | number, value: unknown): unknown => {
    path.push(key);
    const taken = take(value, key);
    path.pop();
    return taken;
  };

  /** What is sent in place of a value: the value itself, unless there was something to take out of it. */
  const take = (value: unknown, key: string | number): unknown => {
    if (typeof value === "string") return takeText(value);
    if (typeof value !== "object" || value === null) return value;
    if (ArrayBuffer.isView(value)) return takeBytes(asBytes(value, path));
    if (isArrayBuffer(value)) throw unsendable("an ArrayBuffer", "new Uint8Array(buffer)", path);
    if ("toJSON" in value && typeof value.toJSON === "function") {
      const shown = value.toJSON(String(key)) as unknown;
      const taken = take(shown, key);
      return taken === shown ? value : taken;
    }
    if (!Array.isArray(value)) return takeFromMembers(value as Record<string, unknown>);
    return form.byColumn && value.length >= MIN_RECORDS ? byColumn(value) : takeFromList(value);
  };

  /** Only the outermost list is tried: in one that is not alike much would have to be looked through. */
  const byColumn = (list: readonly unknown[]): unknown => {
    const columns = hasShortPath(list.length)
      ? columnsOf(list, list.length - path.length - FULL_LINE_VALUES)
      : undefined;
    if (columns !== undefined) entries.push({ path: [...path], as: "columns" });
    return columns ?? list;
  };

  /**
   * Then by column is neither longer nor of more values than by row, with its path and a full line: what a limit let pass
   * it still does, but for the level that a full line is.
   */
  const hasShortPath = (most: number): boolean => {
    let characters = 0;
    for (const step of path) {
      characters += typeof step === "string" ? step.length : 1;
      if (step === "__proto__" || characters > most) return false;
    }
    return Buffer.byteLength(JSON.stringify(path)) <= most;
  };

  const takeFromList = (list: readonly unknown[]): unknown => {
    let copy: unknown[] | undefined;
    for (let at = 0; at < list.length; at++) {
      const taken = within(at, list[at]);
      if (taken === list[at]) continue;
      copy ??= [...list];
      copy[at] = taken;
    }
    return copy ?? list;
  };

  const takeFromMembers = (value: Readonly<Record<string, unknown>>): unknown => {
    let copy: Record<string, unknown> | undefined;
    for (const name of Object.keys(value)) {
      const member = value[name];
      const taken = within(name, member);
      if (taken === member) continue;
      copy ??= { ...value };
      copy[name] = taken;
    }
    return copy ?? value;
  };

  const sent = replacePayload(message, within);
  if (entries.length === 0) return { message, attachments: undefined };
  return { message: { ...sent, bulk: entries }, attachments: attachments.length === 0 ? undefined : attachments };
}

/**
 * A value with its bytes as base64, for JSON of it that is no message: `JSON.stringify` alone makes a member of each byte.
 * @throws TypeError like {@link extractBulk}, and for what is circular, whose bytes would be written at each turn
 */
export function bytesAsBase64(value: unknown): unknown {
  if (isCircular(value, new Set())) throw new TypeError("it is circular");
  const message = { jsonrpc: "2.0", method: "", params: value } as const;
  return (extractBulk(message, INLINE).message as typeof message).params;
}

function isCircular(value: unknown, above: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((member) => isCircular(member, above));
  above.delete(value);
  return found;
}

function replacePayload(message: Message, take: (name: string, value: unknown) => unknown): Message {
  if ("method" in message) return { ...message, params: take("params", message.params) };
  if ("error" in message) return { ...message, error: take("error", message.error) };
  return { ...message, result: take("result", message.result) };
}

/** What a view has by itself: what a class of the user's tells is not what is copied. */
function inherent<T>(name: string | symbol): (view: ArrayBufferView) => T {
  const getter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)?.get as () => T;
  return (view) => getter.call(view);
}
const byteLengthOf = inherent<number>("byteLength");
const kindOf = inherent<string | undefined>(Symbol.toStringTag);

/** By name, not by class: it may come from another realm. */
function asBytes(view: ArrayBufferView, path: readonly (string | number)[]): Uint8Array {
  const kind = kindOf(view) ?? "DataView";
  if (kind === "Uint8Array") return view as Uint8Array;
  throw unsendable(`a ${kind}`, "new Uint8Array(view.buffer, view.byteOffset, view.byteLength)", path);
}

function unsendable(what: string, instead: string, path: readonly (string | number)[]): TypeError {
  return new TypeError(`${path.join(".")}: ${what} cannot be sent; send ${instead}`);
}

const isArrayBuffer = (value: object): boolean =>
  value instanceof ArrayBuffer || (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer);
