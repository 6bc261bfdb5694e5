import { bytesOf, frameHeader } from "./bulk-frame.js";
import { ErrorCode, RpcError } from "./errors.js";
import { createLineSplitter, DEFAULT_MAX_MESSAGE_BYTES } from "./framing.js";
import {
  DEFAULT_MAX_UNSENT_BYTES,
  type Transport,
  type TransportLimits,
  type TransportReceiver,
  URGENT_RESERVE_BYTES,
} from "./transport.js";

/** Options of {@link linkedTransports}. */
export interface LinkedTransportOptions extends TransportLimits {
  /** Bytes of one delivered chunk. Default 65,536. */
  readonly chunkBytes?: number | undefined;
}

interface End {
  readonly transport: Transport;
  connect(other: End): void;
  isReceiving(): boolean;
  /** The other end went away. */
  hangUp(): void;
  /** The other end began to receive. */
  wake(): void;
  receive(chunk: Uint8Array): void;
}

/**
 * Two connected in-memory transports over the real framing, for tests: what one sends the other receives
 * asynchronously and in order, in chunks of `chunkBytes` so that lines, and characters, are really split and joined.
 */
export function linkedTransports(options: LinkedTransportOptions = {}): [Transport, Transport] {
  const left = createEnd(options);
  const right = createEnd(options);
  left.connect(right);
  right.connect(left);
  return [left.transport, right.transport];
}

function createEnd(options: LinkedTransportOptions): End {
  const splitter = createLineSplitter(options.messageBytes ?? DEFAULT_MAX_MESSAGE_BYTES);
  const maxUnsent = options.unsentBytes ?? DEFAULT_MAX_UNSENT_BYTES;
  const chunkBytes = options.chunkBytes ?? 65_536;
  const flushed: (() => void)[] = [];
  let peer: End;
  let receiver: TransportReceiver | undefined;
  let queue: Buffer[] = [];
  let unsentBytes = 0;
  let scheduled = false;
  let closed = false;
  let closeError: Error | undefined;

  const end = (error: Error | undefined): void => {
    if (closed) return;
    closed = true;
    closeError = error;
    splitter.clear();
    for (const resolve of flushed.splice(0)) resolve();
    receiver?.closed(error);
    // What was sent before still arrives, then the other end learns of the end.
    setImmediate(() => {
      deliver();
      peer.hangUp();
    });
  };

  const deliver = (): void => {
    scheduled = false;
    if (unsentBytes === 0 || !peer.isReceiving()) return;
    const bytes = Buffer.concat(queue);
    queue = [];
    unsentBytes = 0;
    for (let at = 0; at < bytes.length; at += chunkBytes) peer.receive(bytes.subarray(at, at + chunkBytes));
    for (const resolve of flushed.splice(0)) resolve();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(deliver);
  };

  const tellLines = (): void => {
    for (let line = splitter.next(); line !== undefined && !closed; line = splitter.next()) {
      receiver?.message(line, splitter.lineBytes(), splitter.attachments());
    }
  };

  const transport: Transport = {
    start(to) {
      receiver = to;
      if (closed) queueMicrotask(() => to.closed(closeError));
      else peer.wake();
    },
    acceptAttachments: () => splitter.acceptAttachments(),
    reuse: (attachment) => splitter.reuse(attachment),
    send(line, urgent = false, attachments) {
      if (closed) return false;
      const text = `${line}\n`;
      const bytes =
        attachments === undefined
          ? Buffer.from(text)
          : Buffer.concat([
              Buffer.from(frameHeader(attachments)),
              ...attachments.map(bytesOf),
              Buffer.from(`\n${text}`),
            ]);
      if (unsentBytes + bytes.length > maxUnsent) {
        if (!urgent) return false;
        if (unsentBytes + bytes.length > maxUnsent + URGENT_RESERVE_BYTES) {
          const text = `the other end does not read: ${maxUnsent} bytes wait to be sent`;
          setImmediate(end, new RpcError(ErrorCode.OVERLOADED, text));
          return false;
        }
      }
      queue.push(bytes);
      unsentBytes += bytes.length;
      schedule();
      return true;
    },
    unsentBytes: () => unsentBytes,
    flush: () => (closed || unsentBytes === 0 ? Promise.resolve() : new Promise((resolve) => flushed.push(resolve))),
    close: () => end(undefined),
  };

  return {
    transport,
    connect: (other) => {
      peer = other;
    },
    isReceiving: () => receiver !== undefined,
    hangUp: () => end(undefined),
    wake: () => {
      if (unsentBytes > 0) schedule();
    },
    receive(chunk) {
      if (closed) return;
      splitter.push(chunk);
      try {
        receiver?.batch(tellLines);
      } catch (error) {
        end(error as Error);
      }
    },
  };
}
