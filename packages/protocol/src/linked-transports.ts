import { createLineSplitter, DEFAULT_MAX_MESSAGE_BYTES } from "./framing.js";
import {
  DEFAULT_MAX_UNSENT_BYTES,
  type Transport,
  type TransportLimits,
  type TransportReceiver,
  URGENT_RESERVE_BYTES,
} from "./transport.js";

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
 * asynchronously and in order, in chunks of `chunkBytes` (default 64 KiB) so that lines are really split and joined.
 */
export function linkedTransports(
  options: TransportLimits & { readonly chunkBytes?: number | undefined } = {},
): [Transport, Transport] {
  const left = createEnd();
  const right = createEnd();
  left.connect(right);
  right.connect(left);
  return [left.transport, right.transport];

  function createEnd(): End {
    const splitter = createLineSplitter(options.messageBytes ?? DEFAULT_MAX_MESSAGE_BYTES);
    const maxUnsent = options.unsentBytes ?? DEFAULT_MAX_UNSENT_BYTES;
    let peer: End;
    let receiver: TransportReceiver | undefined;
    let queue: Buffer[] = [];
    let unsentBytes = 0;
    let scheduled = false;
    let closed = false;
    const flushed: (() => void)[] = [];

    const end = (error: Error | undefined): void => {
      if (closed) return;
      closed = true;
      queue = [];
      unsentBytes = 0;
      for (const resolve of flushed.splice(0)) resolve();
      queueMicrotask(() => receiver?.closed(error));
    };
    const deliver = (): void => {
      scheduled = false;
      if (closed || !peer.isReceiving()) return;
      const bytes = Buffer.concat(queue);
      queue = [];
      unsentBytes = 0;
      const step = options.chunkBytes ?? 65_536;
      for (let at = 0; at < bytes.length; at += step) peer.receive(bytes.subarray(at, at + step));
      for (const resolve of flushed.splice(0)) resolve();
    };
    const schedule = (): void => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(deliver);
    };

    const transport: Transport = {
      start(to) {
        receiver = to;
        peer.wake();
      },
      send(line, urgent = false) {
        const bytes = Buffer.from(`${line}\n`);
        if (closed || unsentBytes + bytes.length > maxUnsent + (urgent ? URGENT_RESERVE_BYTES : 0)) return 0;
        queue.push(bytes);
        unsentBytes += bytes.length;
        schedule();
        return bytes.length;
      },
      get unsentBytes() {
        return unsentBytes;
      },
      flush: () => (closed || unsentBytes === 0 ? Promise.resolve() : new Promise((resolve) => flushed.push(resolve))),
      close() {
        if (closed) return;
        deliver();
        end(undefined);
        setImmediate(() => peer.hangUp());
      },
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
          for (let line = splitter.next(); line !== undefined && !closed; line = splitter.next()) {
            receiver?.message(line, splitter.lineBytes);
          }
        } catch (error) {
          end(error as Error);
          setImmediate(() => peer.hangUp());
        }
      },
    };
  }
}
