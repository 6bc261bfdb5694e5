import { type Clock, systemClock } from "./clock.js";
import { type Codec, jsonCodec } from "./codec.js";
import type { Method, MethodMap } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import { createIncomingCalls, methodNotFound, type Serving } from "./incoming-calls.js";
import { type Id, type Message, type MessageMeta, type ParsedMessage, parseMessage } from "./messages.js";
import { textExceedsDepth, valueExceedsDepth } from "./nesting.js";
import { createOutgoingCalls, overloaded, type PeerCallOptions } from "./outgoing-calls.js";
import { type PeerLimits, resolvePeerLimits } from "./peer-limits.js";
import { createPeerStats, excerpt, type PeerReport, type PeerStats } from "./peer-report.js";
import { failedReader, type StreamReader } from "./stream-reader.js";
import type { Transport } from "./transport.js";

/** What a peer is made of. */
export interface PeerOptions {
  readonly transport: Transport;
  /** The methods the other end answers: what this end may call. */
  readonly outgoing: MethodMap;
  readonly serving: Serving;
  readonly limits?: { readonly [K in keyof PeerLimits]?: PeerLimits[K] | undefined } | undefined;
  readonly codec?: Codec | undefined;
  readonly clock?: Clock | undefined;
  /** Told what no answer tells: garbage, unknown replies, refused notifications. What it throws is ignored. */
  readonly onReport?: ((report: PeerReport) => void) | undefined;
  /** Told once when the channel ends by itself, with the error if there was one. */
  readonly onClosed?: ((error: Error | undefined) => void) | undefined;
}

/** One end of a channel. Host and worker run it unchanged. See docs/wire-protocol.md. */
export class Peer {
  readonly stats: PeerStats = createPeerStats();
  readonly limits: PeerLimits;
  readonly #transport: Transport;
  readonly #codec: Codec;
  readonly #outgoingMethods: ReadonlyMap<string, Method>;
  readonly #outgoing: ReturnType<typeof createOutgoingCalls>;
  readonly #incoming: ReturnType<typeof createIncomingCalls>;
  readonly #onReport: ((report: PeerReport) => void) | undefined;
  readonly #onClosed: ((error: Error | undefined) => void) | undefined;
  #closedWith: ((method: string) => RpcError) | undefined;
  #lastLineBytes = 0;

  /** @throws RangeError when a limit is not a positive whole number. */
  constructor(options: PeerOptions) {
    const clock = options.clock ?? systemClock;
    this.limits = resolvePeerLimits(options.limits);
    this.#transport = options.transport;
    this.#codec = options.codec ?? jsonCodec;
    this.#onReport = options.onReport;
    this.#onClosed = options.onClosed;
    this.#outgoingMethods = new Map(Object.entries(options.outgoing));
    const { limits, stats } = this;
    const report = (event: PeerReport): void => this.#report(event);
    this.#outgoing = createOutgoingCalls({
      ...{ clock, limits, stats, report },
      send: (message, urgent) => this.#send({ jsonrpc: "2.0", ...message }, urgent),
    });
    this.#incoming = createIncomingCalls(options.serving, {
      ...{ clock, limits, stats, report },
      respond: (id, outcome) => this.#respond(id, outcome),
      notify: (method, params) => this.#send({ jsonrpc: "2.0", method, params }, false),
      sendItem: (id, item) => this.#sendItem(id, item),
    });
  }

  /** Starts reading. */
  start(): void {
    this.#transport.start({
      message: (line, bytes) => this.#receive(line, bytes),
      closed: (error) => {
        if (this.#closedWith === undefined) this.#onClosed?.(error);
      },
    });
  }

  /** Calls in flight, both ways, and bytes waiting to be sent. */
  get load(): { readonly outgoing: number; readonly incoming: number; readonly unsentBytes: number } {
    return {
      outgoing: this.#outgoing.size,
      incoming: this.#incoming.size,
      unsentBytes: this.#transport.unsentBytes,
    };
  }

  /** Calls a request method. Settles exactly once; a rejection nobody awaits does not end the process. */
  request(method: string, params: unknown, options: PeerCallOptions = {}): Promise<unknown> {
    const refused = this.#refuse(method, "request");
    if (refused !== undefined) return rejected(refused);
    return this.#outgoing.request(this.#outgoingMethods.get(method) as Method, method, params, options);
  }

  /** Reads a stream method. Fails through the reader. */
  stream(method: string, params: unknown, options: PeerCallOptions = {}): StreamReader {
    const refused = this.#refuse(method, "stream");
    if (refused !== undefined) return failedReader(refused);
    return this.#outgoing.stream(this.#outgoingMethods.get(method) as Method, method, params, options);
  }

  /** Sends a notification; `false` when it was dropped, which is counted. */
  notify(method: string, params: unknown, meta?: MessageMeta): boolean {
    const refused =
      this.#refuse(method, "notification") ??
      this.#send({ jsonrpc: "2.0", method, params, ...(meta !== undefined && { meta }) }, false);
    if (refused !== undefined) this.stats.droppedNotifications++;
    return refused === undefined;
  }

  /** Refuses what arrives from now on, waits for running handlers, and flushes their answers. Never rejects. */
  async drain(): Promise<void> {
    await this.#incoming.drain();
    await this.#transport.flush();
  }

  /** Resolves when everything queued was handed to the operating system. */
  flush(): Promise<void> {
    return this.#transport.flush();
  }

  /**
   * Ends the channel: calls in flight and calls made later fail with `makeError(method)`, running handlers are aborted
   * and their answers go nowhere. Idempotent.
   */
  close(makeError: (method: string) => RpcError): void {
    if (this.#closedWith !== undefined) return;
    this.#closedWith = makeError;
    this.#outgoing.failAll(makeError);
    this.#incoming.abortAll(makeError("the channel"));
    this.#transport.close();
  }

  #refuse(method: string, kind: Method["kind"]): RpcError | undefined {
    if (this.#closedWith !== undefined) return this.#closedWith(method);
    const definition = this.#outgoingMethods.get(method);
    if (definition === undefined) return methodNotFound(method, this.#outgoingMethods.keys());
    if (definition.kind === kind) return undefined;
    return new RpcError(ErrorCode.INVALID_REQUEST, `${method} is a ${definition.kind}, not a ${kind}`);
  }

  #send(message: Message, urgent: boolean): RpcError | undefined {
    const name = "method" in message ? message.method : "the answer";
    if (this.#closedWith !== undefined) return this.#closedWith(name);
    let line: string;
    try {
      line = this.#codec.encode(message);
    } catch (error) {
      const code = "method" in message ? ErrorCode.INVALID_PARAMS : ErrorCode.INVALID_RESULT;
      return new RpcError(code, `${name} cannot be written as JSON: ${String(error)}`, { cause: error });
    }
    const max = this.limits.messageBytes;
    if (line.length * 3 > max && Buffer.byteLength(line) > max) {
      return new RpcError(
        ErrorCode.MESSAGE_TOO_LARGE,
        `${name} is larger than ${max} bytes; split it, or use a stream`,
      );
    }
    const bytes = this.#transport.send(line, urgent);
    if (bytes === 0) {
      return overloaded(name, `${this.#transport.unsentBytes} bytes wait for the other end to read`);
    }
    this.stats.sent++;
    this.#lastLineBytes = bytes - 1;
    return undefined;
  }

  #respond(id: Id, outcome: { result: unknown } | { error: unknown }): void {
    const message = "error" in outcome ? outcome : { result: outcome.result === undefined ? null : outcome.result };
    const refused = this.#send({ jsonrpc: "2.0", id, ...message }, "error" in outcome);
    // An answer that cannot be sent is still answered, by a small error.
    if (refused !== undefined) {
      this.#send({ jsonrpc: "2.0", id, error: { code: refused.code, message: refused.message } }, true);
    }
  }

  async #sendItemLater(id: Id, item: unknown): Promise<number> {
    await this.#transport.flush();
    return this.#sendItem(id, item);
  }

  #sendItem(id: Id, item: unknown): number | Promise<number> {
    const refused = this.#send({ jsonrpc: "2.0", method: "$/stream/item", params: { id, item } }, false);
    if (refused === undefined) return this.#lastLineBytes;
    if (refused.code !== ErrorCode.OVERLOADED || this.#transport.unsentBytes === 0) throw refused;
    return this.#sendItemLater(id, item);
  }

  #receive(line: string, bytes: number): void {
    if (this.#closedWith !== undefined || line === "" || line === "\r") return;
    const parsed = this.#parse(line);
    if (parsed.kind === "invalid") {
      this.stats.invalidMessages++;
      this.#report({ kind: "invalid-message", line: excerpt(line), reason: parsed.reason });
      return;
    }
    this.stats.received++;
    if (parsed.kind === "response") this.#outgoing.onResponse(parsed.message);
    else if (parsed.kind === "request") {
      if (parsed.message.method === "$/ping") this.#respond(parsed.message.id, { result: {} });
      else this.#incoming.onRequest(parsed.message);
    } else if (parsed.message.method.startsWith("$/")) this.#onRuntimeNotification(parsed.message, bytes);
    else this.#incoming.onNotification(parsed.message);
  }

  #parse(line: string): ParsedMessage {
    const { depth } = this.limits;
    try {
      if (!textExceedsDepth(line, depth)) {
        const value = this.#codec.decode(line);
        if (!valueExceedsDepth(value, line.length, depth)) return parseMessage(value);
      }
      return { kind: "invalid", reason: `nested deeper than ${depth} levels` };
    } catch {
      return { kind: "invalid", reason: "not JSON" };
    }
  }

  #onRuntimeNotification(message: { method: string; params?: unknown }, bytes: number): void {
    const params = (message.params ?? {}) as {
      id?: Id;
      value?: unknown;
      item?: unknown;
      items?: unknown;
      bytes?: unknown;
    };
    if (message.method === "$/stream/item") this.#outgoing.onItem(params.id, params.item, bytes);
    else if (message.method === "$/stream/credit") this.#incoming.onCredit(params.id as Id, params.items, params.bytes);
    else if (message.method === "$/cancelRequest") this.#incoming.onCancel(params.id as Id);
    else if (message.method === "$/progress") this.#outgoing.onProgress(params.id, params.value);
    else this.#incoming.onNotification({ jsonrpc: "2.0", ...message });
  }

  #report(report: PeerReport): void {
    try {
      this.#onReport?.(report);
    } catch {
      // A failing logger changes nothing.
    }
  }
}

function rejected(error: RpcError): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => {});
  return promise;
}
