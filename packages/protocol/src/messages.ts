/** Ids this runtime sends are positive integers; any finite number and any string up to 1,024 characters is echoed. */
export type Id = number | string;

/** The invocation a host lends to a call: minted by the host, echoed by the worker. */
export interface InvocationMeta {
  readonly id: string;
  readonly scope?: unknown;
}

/** The member `meta` of a message, beside the standard ones. */
export interface MessageMeta {
  /** Host→worker: the invocation this call runs in. */
  readonly invocation?: InvocationMeta;
  /** Worker→host: the id of the invocation this call is made for. */
  readonly invocationId?: string;
  /** What is left of the caller's budget when the message was sent, in ms; left out where both ends know it. */
  readonly deadlineMs?: number;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Of the tracing systems the trace came through. */
  readonly tracestate?: string;
  /** Present on requests to `stream` methods: the reader's first credit. */
  readonly credit?: { readonly items: number; readonly bytes: number };
}

/** A value of the message that JSON has no form for, or carries slowly. */
export interface BulkEntry {
  /** Names of members and positions in lists, from `params`, `result` or `error` on. */
  readonly path: readonly (string | number)[];
  /**
   * `base64`: bytes, as text in their place; `columns`: a list of records, by column in its place. Else the next attachment is
   * bytes, or text of that encoding.
   */
  readonly as: "base64" | "columns" | "bytes" | "latin1" | "utf16le";
}

/** A call that is answered. */
export interface RequestMessage {
  readonly jsonrpc: "2.0";
  readonly id: Id;
  readonly method: string;
  readonly params?: unknown;
  readonly meta?: MessageMeta;
  readonly bulk?: readonly BulkEntry[];
}

/** A call without an answer. */
export interface NotificationMessage {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: unknown;
  readonly meta?: MessageMeta;
  readonly bulk?: readonly BulkEntry[];
}

/** The answer of a call that went well. */
export interface ResultMessage {
  readonly jsonrpc: "2.0";
  readonly id: Id;
  readonly result: unknown;
  readonly bulk?: readonly BulkEntry[];
}

/** The answer of a call that failed. */
export interface ErrorMessage {
  readonly jsonrpc: "2.0";
  readonly id: Id | null;
  readonly error: unknown;
  readonly bulk?: readonly BulkEntry[];
}

/** Any message of the wire. See docs/wire-protocol.md in the repository. */
export type Message = RequestMessage | NotificationMessage | ResultMessage | ErrorMessage;

/** A decoded line: a message, or why it is none. */
export type ParsedMessage =
  | { readonly kind: "request"; readonly message: RequestMessage }
  | { readonly kind: "notification"; readonly message: NotificationMessage }
  | { readonly kind: "response"; readonly message: ResultMessage | ErrorMessage }
  /** `answer` is what its sender is told, or the call it answers. */
  | { readonly kind: "invalid"; readonly reason: string; readonly answer?: string };

/** What a line that cannot be taken is about: a call, the answer of one, an item of its stream or of its input. */
export interface Envelope {
  readonly id: number;
  readonly kind: "request" | "answer" | "item" | "input";
}

/** Tells what a decoded JSON value is as a JSON-RPC 2.0 message. Never throws. */
export function parseMessage(value: unknown): ParsedMessage {
  if (typeof value !== "object" || value === null) return invalid("expected a JSON object");
  if (Array.isArray(value)) return invalid("batches are not part of this protocol; send one message a line");
  const { jsonrpc, id, method, meta } = value as Record<string, unknown>;
  if (jsonrpc !== "2.0") return invalid('expected "jsonrpc":"2.0"');
  if (method !== undefined) {
    if (typeof method !== "string")
      return invalid(`method: expected a string, got ${typeof method}`, "has a method that is no string");
    if (meta !== undefined && (typeof meta !== "object" || meta === null || Array.isArray(meta)))
      return invalid("meta: expected an object", "has a meta that is no object");
    if (id === undefined)
      return {
        kind: "notification",
        message: ("id" in value ? withoutUndefined(value) : value) as NotificationMessage,
      };
    if (!isId(id)) return invalid("id: expected a finite number, or a string of at most 1,024 characters");
    return { kind: "request", message: value as RequestMessage };
  }
  const { result, error } = value as Record<string, unknown>;
  const hasError = error !== undefined;
  // Reading a member takes a fraction of asking for it, and only what a codec made can have one that is undefined.
  const hasResult = result !== undefined || (!hasError && Object.hasOwn(value, "result"));
  if (hasResult === hasError) return invalid("expected a method, or exactly one of result and error");
  if (!isId(id) && !(hasError && id === null))
    return invalid("id: expected a finite number, or a string of at most 1,024 characters");
  const isPlain = hasError || !("method" in value || "error" in value);
  return { kind: "response", message: (isPlain ? value : withoutUndefined(value)) as ResultMessage | ErrorMessage };
}

/** A codec may give every message every member; others ask which there are. */
const withoutUndefined = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));

const MAX_ID_CHARACTERS = 1024;

function isId(value: unknown): value is Id {
  return typeof value === "string" ? value.length <= MAX_ID_CHARACTERS : Number.isFinite(value);
}

function invalid(reason: string, answer?: string): ParsedMessage {
  return answer === undefined ? { kind: "invalid", reason } : { kind: "invalid", reason, answer };
}
