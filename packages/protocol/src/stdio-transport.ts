import type { Readable, Writable } from "node:stream";
import { ErrorCode, RpcError } from "./errors.js";
import { createLineSplitter, DEFAULT_MAX_MESSAGE_BYTES } from "./framing.js";
import {
  DEFAULT_MAX_UNSENT_BYTES,
  type Transport,
  type TransportLimits,
  type TransportReceiver,
  URGENT_RESERVE_BYTES,
} from "./transport.js";

/** How long one worker's backlog may be parsed before other work gets its turn, in ms. */
const READ_BUDGET_MS = 8;
const LINES_BETWEEN_CLOCK_READS = 32;

/**
 * A transport over a readable and a writable, e.g. a child's stdout and stdin. Writes are batched per tick; reading
 * yields to the event loop every few ms, so that a flood does not block the others. Every `error` of both streams is
 * handled and reported once through `closed`.
 */
export function stdioTransport(readable: Readable, writable: Writable, limits: TransportLimits = {}): Transport {
  const maxUnsent = limits.unsentBytes ?? DEFAULT_MAX_UNSENT_BYTES;
  const splitter = createLineSplitter(limits.messageBytes ?? DEFAULT_MAX_MESSAGE_BYTES);
  let receiver: TransportReceiver | undefined;
  let batch = "";
  let batchBytes = 0;
  let writtenBytes = 0;
  let closed = false;
  let closeError: Error | undefined;
  let ended = false;
  let parsing = false;
  const flushed: (() => void)[] = [];

  const settleFlushes = (): void => {
    if (closed || batchBytes + writtenBytes === 0) for (const resolve of flushed.splice(0)) resolve();
  };

  const finish = (error: Error | undefined): void => {
    if (closed) return;
    closed = true;
    closeError = error;
    batch = "";
    batchBytes = 0;
    settleFlushes();
    receiver?.closed(error);
  };

  const writeBatch = (): void => {
    if (closed || batchBytes === 0) return;
    const [text, bytes] = [batch, batchBytes];
    batch = "";
    batchBytes = 0;
    writtenBytes += bytes;
    writable.write(text, "utf8", () => {
      writtenBytes -= bytes;
      settleFlushes();
    });
  };

  const readLines = (): void => {
    parsing = false;
    if (closed) return;
    const started = performance.now();
    try {
      for (let count = 1; ; count++) {
        const line = splitter.next();
        if (line === undefined) break;
        receiver?.message(line, splitter.lineBytes);
        if (closed) return;
        if (count % LINES_BETWEEN_CLOCK_READS === 0 && performance.now() - started > READ_BUDGET_MS) {
          parsing = true;
          readable.pause();
          setImmediate(readLines);
          return;
        }
      }
    } catch (error) {
      finish(error as Error);
      return;
    }
    if (ended) finish(undefined);
    else readable.resume();
  };

  readable.on("data", (chunk: Uint8Array) => {
    if (closed) return;
    splitter.push(chunk);
    if (!parsing) readLines();
  });
  readable.on("end", () => {
    ended = true;
    if (!parsing) finish(undefined);
  });
  readable.on("error", finish);
  readable.on("close", () => {
    ended = true;
    if (!parsing) finish(undefined);
  });
  writable.on("error", finish);
  writable.on("close", () => finish(closed ? undefined : new Error("the other end closed its input")));
  readable.pause();

  return {
    start(to) {
      receiver = to;
      if (closed) queueMicrotask(() => to.closed(closeError));
      else readable.resume();
    },
    send(line, urgent = false) {
      if (closed) return 0;
      const bytes = Buffer.byteLength(line) + 1;
      if (batchBytes + writtenBytes + bytes > maxUnsent) {
        if (!urgent) return 0;
        if (batchBytes + writtenBytes + bytes > maxUnsent + URGENT_RESERVE_BYTES) {
          finish(new RpcError(ErrorCode.OVERLOADED, `the other end does not read: ${maxUnsent} bytes wait to be sent`));
          return 0;
        }
      }
      if (batchBytes === 0) process.nextTick(writeBatch);
      batch += `${line}\n`;
      batchBytes += bytes;
      return bytes;
    },
    get unsentBytes() {
      return batchBytes + writtenBytes;
    },
    flush() {
      writeBatch();
      if (closed || batchBytes + writtenBytes === 0) return Promise.resolve();
      return new Promise((resolve) => flushed.push(resolve));
    },
    close() {
      if (closed) return;
      writeBatch();
      finish(undefined);
      writable.end();
    },
  };
}
