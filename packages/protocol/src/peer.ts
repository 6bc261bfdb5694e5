import { type AbandonedCalls, createAbandonedCalls } from "./abandoned-calls.js";
import { channelOver, methodNotFound } from "./call-errors.js";
import { guardedMeter } from "./call-meter.js";
import { lineReader } from "./channel-lines.js";
import { systemClock } from "./clock.js";
import { jsonCodec } from "./codec.js";
import type { Method } from "./contract.js";
import { ErrorCode, RpcError, type WireError } from "./errors.js";
import { CUT_OFF, type CutOff } from "./framing.js";
import { guarded } from "./guarded-callback.js";
import { rejected } from "./handled-promise.js";
import type { IncomingCall } from "./incoming-call.js";
import { createIncomingCalls, type IncomingCalls } from "./incoming-calls.js";
import { createItemSender } from "./item-sender.js";
import { createLineReceiver, type LineReceiver } from "./line-receiver.js";
import { createMessageWriter, type MessageWriter } from "./message-writer.js";
import type { Id, Message, MessageMeta } from "./messages.js";
import { createMethodTable, type MethodTable } from "./method-table.js";
import type { PeerCallOptions } from "./outgoing-call.js";
import { createOutgoingCalls, type OutgoingCalls } from "./outgoing-calls.js";
import { type PeerLimits, resolvePeerLimits } from "./peer-limits.js";
import type { MakeError, PeerOptions } from "./peer-options.js";
import { createPeerStats, excerpt, type PeerLoad, type PeerReport, type PeerStats } from "./peer-report.js";
import { failedStream, type StreamReader } from "./stream-reader.js";
import type { Transport } from "./transport.js";
import type { WaitingCall } from "./waiting-calls.js";

/** One end of a channel. Host and worker run it unchanged. See docs/wire-protocol.md in the repository. */
export class Peer {
  /** Counters since the peer was made. */
  readonly stats: PeerStats = createPeerStats();
  /** The bounds in force. */
  readonly limits: PeerLimits;
  readonly #transport: Transport;
  readonly #writer: MessageWriter;
  readonly #outgoingMethods: MethodTable;
  readonly #abandoned: AbandonedCalls | undefined;
  readonly #outgoing: OutgoingCalls;
  readonly #incoming: IncomingCalls;
  readonly #receiveLine: LineReceiver;
  readonly #onReport: ((report: PeerReport) => void) | undefined;
  readonly #onClosed: ((error: Error | undefined) => void) | undefined;
  #closedWith: MakeError | undefined;
  #features: readonly string[] | undefined;
  #deadlineMs: number | undefined;
  #sendsAgreed = false;
  #isOver = false;
  #isInBatch = false;
  #arrivedAt: number | undefined;

  /** @throws RangeError when a limit is not a positive whole number. */
  constructor(options: PeerOptions) {
    const clock = options.clock ?? systemClock;
    this.limits = resolvePeerLimits(options.limits);
    this.#transport = options.transport;
    this.#onReport = options.onReport;
    this.#onClosed = options.onClosed;
    this.#outgoingMethods = createMethodTable(options.outgoing, "outgoing");
    const { limits, stats } = this;
    const { cancel, codec = jsonCodec } = options;
    const arrivedAt = (): number => (this.#arrivedAt ??= clock.now());
    this.#writer = createMessageWriter(this.#transport, codec, limits.messageBytes, stats);
    const sendItemNow = (message: Message): RpcError | undefined => this.#send(message, false, true);
    const sendItem = createItemSender(this.#transport, this.#writer, limits.streamBytes, sendItemNow, nextTurn);
    const report = (event: PeerReport): void => this.#report(event);
    const onMeterFailed = (error: unknown): void => report({ kind: "listener-failed", listener: "meter", error });
    const meter = options.meter && guardedMeter(options.meter, onMeterFailed);
    const onIgnored = (method: string, ignoredMs: number): void => {
      stats.ignoredCancels++;
      report({ kind: "cancel-ignored", method, ignoredMs });
    };
    this.#abandoned =
      cancel &&
      createAbandonedCalls({ clock, ...cancel, isBehind: () => this.#transport.unsentBytes() > 0, onIgnored });
    this.#outgoing = createOutgoingCalls({
      ...{ clock, arrivedAt, limits, stats, meter, report, sendItem, abandoned: this.#abandoned },
      send: (message, urgent, counted) => this.#send(message, urgent, counted),
      sentBytes: () => this.#writer.lineBytes(),
      impliedDeadlineMs: () => (this.#sendsAgreed ? this.#deadlineMs : undefined),
      has: (feature) => this.#features?.includes(feature) ?? true,
    });
    this.#incoming = createIncomingCalls(options.serving, {
      ...{ clock, arrivedAt, limits, stats, meter, report, sendItem },
      impliedDeadlineMs: () => this.#deadlineMs,
      isInBatch: () => this.#isInBatch,
      respond: (id, outcome, method) => this.#respond(id, outcome, method),
      notify: (method, params, urgent) => this.#send({ jsonrpc: "2.0", method, params }, urgent),
    });
    this.#receiveLine = createLineReceiver({
      ...{ lines: lineReader(codec), limits, stats, report, outgoing: this.#outgoing, incoming: this.#incoming },
      reuse: (attachment) => this.#transport.reuse?.(attachment),
      respond: (id, outcome, method) => this.#respond(id, outcome, method),
    });
  }

  /** Starts reading. */
  start(): void {
    this.#transport.start({
      message: (line, bytes, attachments) => {
        if (!this.#isInBatch) this.#arrivedAt = undefined;
        if (this.#closedWith === undefined) this.#receiveLine(line, bytes, attachments);
      },
      batch: (tell) => this.#takeBatch(tell),
      closed: (error, rest) => this.#ended(error, rest),
    });
  }

  /** Calls in flight, both ways, those cancelled and watched, and bytes waiting to be sent. */
  get load(): PeerLoad {
    return {
      outgoing: this.#outgoing.size(),
      abandoned: this.#abandoned?.size() ?? 0,
      incoming: this.#incoming.size(),
      unsentBytes: this.#transport.unsentBytes(),
    };
  }

  /** The calls that wait for the other end, oldest first, at most `max`; pings left out. */
  waiting(max: number): readonly WaitingCall[] {
    return this.#outgoing.waiting(max);
  }

  /** Calls a request method. Settles exactly once; a rejection nobody awaits does not end the process. */
  request(method: string, params: unknown, options: PeerCallOptions = {}): Promise<unknown> {
    const definition = this.#outgoingMethods.get(method);
    if (this.#closedWith !== undefined || definition?.kind !== "request") {
      const error = this.#refusal(method, "request");
      options.onSettled?.(error);
      return rejected(error);
    }
    return this.#outgoing.request(definition, method, params, options);
  }

  /** Reads a stream method. Fails through the reader. */
  stream(method: string, params: unknown, options: PeerCallOptions = {}): StreamReader {
    const definition = this.#outgoingMethods.get(method);
    if (this.#closedWith !== undefined || definition?.kind !== "stream") {
      const error = this.#refusal(method, "stream");
      options.onSettled?.(error);
      return failedStream(error);
    }
    return this.#outgoing.stream(definition, method, params, options);
  }

  /** Sends a notification; `false` when it was dropped, which is counted. */
  notify(method: string, params: unknown, meta?: MessageMeta): boolean {
    const definition = this.#outgoingMethods.get(method);
    const refused =
      this.#closedWith !== undefined || definition?.kind !== "notification"
        ? this.#refusal(method, "notification")
        : this.#send(
            meta === undefined ? { jsonrpc: "2.0", method, params } : { jsonrpc: "2.0", method, params, meta },
            false,
          );
    if (refused === undefined) return true;
    this.stats.droppedNotifications++;
    if (this.#closedWith === undefined && !this.#isOver && refused.code !== ErrorCode.OVERLOADED) {
      this.#report({ kind: "notification-unsent", method, error: refused });
    }
    return false;
  }

  /**
   * Refuses what arrives from now on, waits for running handlers, and flushes their answers. Never rejects.
   * A handler that drains its own peer passes its call as `except`, or would wait for itself.
   */
  async drain(except?: IncomingCall): Promise<void> {
    await this.#incoming.drain(except);
    await this.#transport.flush();
  }

  /** Aborts the `signal` of the running handlers, but for `except`; they still answer. What a drain does when it is late. */
  abortRunning(reason: unknown, except?: IncomingCall): void {
    this.#incoming.abortRunning(reason, except);
  }

  /** Sends no message larger than the other end takes, as it told in the handshake. Only ever lowers the limit. */
  capMessages(bytes: number): void {
    this.#writer.cap(bytes);
  }

  /**
   * What both ends can do, as the handshake told: no call needs more of the other end. Before, everything is taken for agreed.
   *
   * @param deadlineMs that of a request which tells none, ms, for ends that both know the feature `deadline`.
   */
  agree(features: readonly string[], deadlineMs?: number): void {
    this.#features = features;
    if (features.includes("bulk")) this.#transport.acceptAttachments();
    this.#deadlineMs = features.includes("deadline") ? deadlineMs : undefined;
  }

  /**
   * The other end knows what was agreed. From now on bytes and long text are attached, before they are base64, a deadline that
   * goes without saying is not told, long lists of records are told by column, and lines are short, their heads told by name,
   * unless a codec of the user's writes them.
   */
  sendAgreed(): void {
    this.#sendsAgreed = true;
    if (this.#features?.includes("bulk")) this.#writer.attach();
    if (this.#features?.includes("columns")) this.#writer.transpose();
    if (this.#features?.includes("short")) this.#writer.shorten(this.#features.includes("heads"));
  }

  /** Resolves when everything queued was handed to the operating system. */
  flush(): Promise<void> {
    return this.#transport.flush();
  }

  /**
   * Ends the channel: calls in flight fail with `makeError(method, true)`, calls made later with
   * `makeError(method, false)`; running handlers are aborted and their answers go nowhere. Idempotent.
   */
  close(makeError: MakeError): void {
    if (this.#closedWith !== undefined) return;
    this.#closedWith = makeError;
    this.#outgoing.failAll(makeError);
    this.#incoming.abortAll(makeError("the channel", false));
    this.#transport.close();
  }

  #ended(error: Error | undefined, rest: CutOff | undefined): void {
    if (this.#closedWith !== undefined) return;
    this.#isOver = true;
    this.#writer.over();
    const onClosed = this.#onClosed;
    if (onClosed === undefined) this.close((method, mayHaveRun) => channelOver(method, mayHaveRun, error));
    else {
      guarded(
        () => onClosed(error),
        (thrown) => this.#report({ kind: "listener-failed", listener: "onClosed", error: thrown }),
      );
    }
    if (rest === undefined) return;
    this.stats.invalidMessages++;
    // Behind the end: what is reported may be written to the channel otherwise.
    this.#report({ kind: "invalid-message", line: excerpt(rest.start), reason: CUT_OFF });
  }

  #refusal(method: string, kind: Method["kind"]): RpcError {
    if (this.#closedWith !== undefined) return this.#closedWith(method, false);
    const definition = this.#outgoingMethods.get(method);
    if (definition === undefined) return methodNotFound(method, this.#outgoingMethods.names());
    return new RpcError(ErrorCode.INVALID_REQUEST, `${method} is a ${definition.kind}, not a ${kind}`);
  }

  #send(message: Message, urgent: boolean, counted = false): RpcError | undefined {
    const closedWith = this.#closedWith;
    if (closedWith !== undefined) return closedWith("method" in message ? message.method : "the answer", false);
    return this.#writer.send(message, urgent, counted);
  }

  #respond(id: Id, outcome: { result: unknown } | { error: WireError }, method: string): void {
    if (!("error" in outcome)) {
      const result = outcome.result === undefined ? null : outcome.result;
      const refused = this.#send({ jsonrpc: "2.0", id, result }, false);
      // An answer that cannot be sent is still answered, by a small error.
      if (refused === undefined) return;
      const { code, message } = refused;
      this.#respond(id, { error: { code, message: `${excerpt(method)}: ${message}` } }, method);
      return;
    }
    const { code, message } = outcome.error;
    if (this.#send({ jsonrpc: "2.0", id, error: outcome.error }, true) === undefined) return;
    this.#send({ jsonrpc: "2.0", id, error: { code, message: excerpt(message) } }, true);
  }

  /** One that comes while a handler of another runs is part of that. */
  #takeBatch(tell: () => void): void {
    if (this.#isInBatch) {
      tell();
      return;
    }
    this.#isInBatch = true;
    this.#arrivedAt = undefined;
    try {
      tell();
    } finally {
      this.#isInBatch = false;
      this.#incoming.settleTimes();
    }
  }

  #report(report: PeerReport): void {
    const onReport = this.#onReport;
    if (onReport === undefined) return;
    // A failing logger changes nothing.
    guarded(
      () => onReport(report),
      () => {},
    );
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
