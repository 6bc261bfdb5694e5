import { extractBulk, INLINE } from "../bulk-values.js";
import { lineReader } from "../channel-lines.js";
import { type Codec, jsonCodec } from "../codec.js";
import { readMessage } from "../message-reader.js";
import type { Message } from "../messages.js";
import { DEFAULT_PEER_LIMITS } from "../peer-limits.js";
import type { Transport } from "../transport.js";

/** An end of a channel that says what it is told to, without a peer's rules. */
export interface TapeEnd {
  /** Returns the bytes of its line. */
  send(message: Message): number;
}

/** Speaks over a transport; what arrives and is no message is passed over. */
export function createTapeEnd(
  transport: Transport,
  codec: Codec = jsonCodec,
  told: { onMessage(message: Message): void; onClosed(): void },
): TapeEnd {
  const lines = lineReader(codec);
  transport.start({
    message(line, _bytes, attachments) {
      const parsed = readMessage(line, lines, DEFAULT_PEER_LIMITS, attachments);
      if (parsed.kind !== "invalid") told.onMessage(parsed.message);
    },
    batch: (tell) => tell(),
    closed: () => told.onClosed(),
  });
  // It reads them whether or not the two agreed, and sends none.
  transport.acceptAttachments();
  return {
    send(message) {
      const line = codec.encode(extractBulk(message, INLINE).message);
      transport.send(line, true);
      return Buffer.byteLength(line);
    },
  };
}
