import type { Readable, Writable } from "node:stream";
import { type Attachment, bytesIn, frameHeader } from "./bulk-frame.js";
import { freeChunk, releasesMemory } from "./chunk-memory.js";
import { systemClock } from "./clock.js";
import { ErrorCode, RpcError } from "./errors.js";
import { type CutOff, createLineSplitter, DEFAULT_MAX_MESSAGE_BYTES } from "./framing.js";
import { createSentMemory } from "./sent-memory.js";
import {
  DEFAULT_MAX_UNSENT_BYTES,
  type Transport,
  type TransportLimits,
  type TransportReceiver,
  URGENT_RESERVE_BYTES,
} from "./transport.js";
import { utf8Bytes } from "./utf8-bytes.js";

export { releasesMemory } from "./chunk-memory.js";

// A getter on the global object, asked at each use; imported, `node:process` makes all of its streams.
const { process } = globalThis;

/** How long one channel's backlog may be parsed before other work gets its turn, in ms. */
const READ_BUDGET_MS = 8;
/** The clock is read once for about so many bytes of lines; a line counts as `LINE_COST` bytes more than it has. */
const BYTES_BETWEEN_CLOCK_READS = 32_768;
const LINE_COST = 1024;
/** Text of this length is made bytes once; the stream would encode it, and counting its bytes would again. */
const LONG_TEXT = 4096;
/** A batch of this length is written at once instead of at the end of the tick or the read. */
const MAX_BATCH_CHARACTERS = 1024 * 1024;
/** How long what the other end wrote is still read when it takes no more input, in ms. */
const LINGER_MS = 500;

/** What a transport reads from: a readable, or one that puts each chunk into the same memory and says so. */
export type TransportInput = Pick<
  Readable,
  "on" | "listenerCount" | "pause" | "resume" | "isPaused" | "destroyed" | "readableEnded" | "errored"
> & {
  /** A chunk is good only until its `data` event is over. */
  readonly reusesMemory?: boolean;
  /** A chunk is nobody's but its listeners': with one of them alone, its memory may be freed once it was read. Default `false`. */
  readonly handsOverChunks?: boolean;
};

/** What a transport writes to. */
export type TransportOutput = Writable & {
  /** Nobody looks at a chunk once its write was called back. Default: so it is with sockets of Node's that nobody changed. */
  readonly releasesMemory?: boolean;
};

/**
 * A transport over a readable and a writable, e.g. a child's stdout and stdin. Writes are batched per tick, and what is
 * answered while it is read, per read; reading yields to the event loop every few ms, so that a flood does not block the
 * others. Every `error` of both streams is handled and told once through `closed`.
 *
 * Specified in docs/wire-protocol.md in the repository.
 */
export function stdioTransport(
  readable: TransportInput,
  writable: TransportOutput,
  limits: TransportLimits = {},
): Transport {
  const maxUnsent = limits.unsentBytes ?? DEFAULT_MAX_UNSENT_BYTES;
  const splitter = createLineSplitter(limits.messageBytes ?? DEFAULT_MAX_MESSAGE_BYTES);
  const memory = (writable.releasesMemory ?? releasesMemory(writable)) ? createSentMemory() : undefined;
  const flushed = new Set<() => void>();
  let receiver: TransportReceiver | undefined;
  let batch = "";
  /** What goes before the batch: attachments and the texts between them. */
  let parts: Attachment[] = [];
  let partBytes = 0;
  let handedBytes = 0;
  let takenBytes = 0;
  let closed = false;
  let closeError: Error | undefined;
  let writeEnd: { readonly error: Error | undefined; readonly linger: NodeJS.Timeout } | undefined;
  let readEnd: { readonly error: Error | undefined } | undefined;
  let resting = false;
  let turnEnds = 0;
  let uncheckedBytes = 0;
  let isReading = false;

  /** What the stream was handed and still holds. */
  const heldBytes = (): number => (writable.writableLength === 0 ? 0 : handedBytes - takenBytes);

  const dropBatch = (): void => {
    batch = "";
    parts = [];
    partBytes = 0;
  };

  const settleFlushes = (): void => {
    for (const resolve of flushed) resolve();
    flushed.clear();
  };

  const finish = (error: Error | undefined, rest?: CutOff): void => {
    if (closed) return;
    closed = true;
    closeError = error;
    clearTimeout(writeEnd?.linger);
    dropBatch();
    splitter.clear();
    settleFlushes();
    // Nobody reads it any more, but a pipe left full would keep its writer from ending.
    readable.resume();
    receiver?.closed(error, rest);
  };

  /** The other end takes no more input. What it wrote before, perhaps the answers waited for, is still read. */
  const endWriting = (error: Error | undefined): void => {
    if (closed || writeEnd !== undefined) return;
    const shown = error ?? new Error("the other end closed its input");
    writeEnd = { error, linger: setTimeout(() => finish(shown, splitter.rest()), LINGER_MS).unref() };
    dropBatch();
    settleFlushes();
  };

  const endReading = (error: Error | undefined): void => {
    readEnd ??= { error };
    if (!resting && receiver !== undefined) readLines();
  };

  const writeBatch = (): void => {
    if (closed || writeEnd !== undefined || batch === "") return;
    if (partBytes > 0) {
      writeParts();
      return;
    }
    const chunk = chunkOf(batch);
    batch = "";
    if (writable.writableLength === 0) {
      takenBytes = handedBytes;
      // An idle pipe takes a batch at once, as a rule: a callback would cost a tick of its own, counting a pass.
      writable.write(chunk, "utf8");
      if (writable.writableLength > 0) handedBytes += Buffer.byteLength(chunk);
    } else {
      handedBytes += Buffer.byteLength(chunk);
      writable.write(chunk, "utf8", whenTaken(handedBytes));
    }
  };
  /** In one call of the system; the last one's callback tells of all. */
  const writeParts = (): void => {
    const before = parts;
    const chunk = chunkOf(batch);
    handedBytes += partBytes + Buffer.byteLength(chunk);
    dropBatch();
    writable.cork();
    for (const part of before) writable.write(part, "latin1");
    const taken = whenTaken(handedBytes);
    writable.write(chunk, "utf8", (error) => {
      if (!error) memory?.sent(before);
      taken(error);
    });
    writable.uncork();
  };
  const whenTaken = (upTo: number) => (error?: Error | null) => {
    takenBytes = Math.max(takenBytes, upTo);
    if (error) endWriting(error);
  };

  /** Told exactly, near the bound of unsent bytes. */
  const hasRoom = (line: string, urgent: boolean, attachedBytes: number): boolean => {
    writeBatch();
    const unsent = heldBytes() + Buffer.byteLength(line) + 1 + attachedBytes;
    if (unsent <= maxUnsent) return true;
    if (!urgent) return false;
    if (unsent <= maxUnsent + URGENT_RESERVE_BYTES) return true;
    const text = `the other end does not read: ${maxUnsent} bytes wait to be sent`;
    process.nextTick(finish, new RpcError(ErrorCode.OVERLOADED, text));
    return false;
  };

  // The budget is for a turn of the event loop, not for a chunk: one turn may bring many.
  const endTurn = (): void => {
    turnEnds = 0;
    if (resting) {
      resting = false;
      readLines();
    }
  };
  const mustRest = (): boolean => {
    uncheckedBytes += splitter.lineBytes() + LINE_COST;
    if (uncheckedBytes < BYTES_BETWEEN_CLOCK_READS) return false;
    uncheckedBytes = 0;
    const now = systemClock.now();
    if (turnEnds !== 0) return now > turnEnds;
    turnEnds = now + READ_BUDGET_MS;
    setImmediate(endTurn);
    return false;
  };

  const takeLines = (): void => {
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
      receiver?.message(line, splitter.lineBytes(), splitter.attachments());
      if (closed) return;
      if (mustRest()) {
        resting = true;
        readable.pause();
        return;
      }
    }
    if (readEnd === undefined && readable.isPaused()) readable.resume();
  };

  const readLines = (): void => {
    if (closed) return;
    isReading = true;
    let broken: { readonly error: Error } | undefined;
    try {
      receiver?.batch(takeLines);
    } catch (error) {
      broken = { error: error as Error };
    }
    isReading = false;
    // What was answered at once waits for no tick, which costs a small call a twelfth of its time; nor is it lost to the end.
    writeBatch();
    if (broken !== undefined) finish(broken.error);
    else if (readEnd !== undefined && !resting) finish(readEnd.error ?? writeEnd?.error, splitter.rest());
  };

  readable.on("data", (chunk: Uint8Array | string) => {
    if (closed) return;
    splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    if (!resting) readLines();
    if (readable.reusesMemory === true) splitter.own();
    else if (readable.handsOverChunks === true && !splitter.holdsChunks()) freeChunk(readable, chunk);
  });
  readable.on("end", () => endReading(undefined));
  readable.on("error", endReading);
  readable.on("close", () => endReading(undefined));
  writable.on("error", endWriting);
  writable.on("close", () => endWriting(undefined));
  readable.pause();

  return {
    start(to) {
      receiver = to;
      if (closed) {
        queueMicrotask(() => to.closed(closeError));
        return;
      }
      if (writable.destroyed || writable.writableEnded) endWriting(writable.errored ?? undefined);
      if (readable.destroyed || readable.readableEnded) readEnd ??= { error: readable.errored ?? undefined };
      if (readEnd === undefined) readable.resume();
      else setImmediate(readLines);
    },
    acceptAttachments: () => splitter.acceptAttachments(),
    memory: (length) => memory?.take(length),
    reuse: (attachment) => splitter.reuse(attachment),
    send(line, urgent = false, attachments) {
      if (closed) return false;
      // Lost, like bytes in a broken pipe: the calls fail when `closed` is told, a moment later.
      if (writeEnd !== undefined) return true;
      // No character takes more than three bytes: far from the bound nothing needs counting.
      const attachedBytes = attachments === undefined ? 0 : bytesIn(attachments);
      const isFar = heldBytes() + partBytes + attachedBytes + 3 * (batch.length + line.length + 1) <= maxUnsent;
      if (!isFar && !hasRoom(line, urgent, attachedBytes)) return false;
      if (batch === "" && !isReading) process.nextTick(writeBatch);
      if (attachments !== undefined) {
        const before = utf8Bytes(batch + frameHeader(attachments));
        parts.push(before, ...attachments);
        partBytes += before.length + attachedBytes;
        batch = "\n";
      }
      batch += `${line}\n`;
      if (batch.length + partBytes >= MAX_BATCH_CHARACTERS) writeBatch();
      return true;
    },
    unsentBytes: () => heldBytes() + partBytes + batch.length,
    flush() {
      writeBatch();
      if (closed || writeEnd !== undefined || heldBytes() === 0) return Promise.resolve();
      // Told by a write of nothing, in its turn behind what is queued now: later traffic cannot hold it up.
      const upTo = handedBytes;
      return new Promise((resolve) => {
        flushed.add(resolve);
        writable.write("", (error) => {
          whenTaken(upTo)(error);
          flushed.delete(resolve);
          resolve();
        });
      });
    },
    close() {
      if (!closed) {
        writeBatch();
        finish(undefined);
      }
      if (!writable.writableEnded && !writable.destroyed) writable.end();
    },
  };
}

const chunkOf = (text: string): string | Uint8Array => (text.length < LONG_TEXT ? text : utf8Bytes(text));
