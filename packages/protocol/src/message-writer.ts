import { channelOver, overloaded, reasonOf } from "./call-errors.js";
import type { Codec } from "./codec.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { Message } from "./messages.js";
import type { PeerStats } from "./peer-report.js";
import type { Transport } from "./transport.js";

/** Turns messages into lines on a transport. Never throws. */
export interface MessageWriter {
  /** Returns why the message could not be sent, if so. */
  send(message: Message, urgent: boolean, counted?: boolean): RpcError | undefined;
  /** Bytes of the line sent last as `counted`, without its newline. Counting costs as much as writing. */
  readonly lineBytes: number;
  /** Lowers the largest size of a message. */
  cap(bytes: number): void;
  /** The transport told that the channel is over. */
  over(): void;
}

export function createMessageWriter(
  transport: Transport,
  codec: Codec,
  messageBytes: number,
  stats: PeerStats,
): MessageWriter {
  let maxBytes = messageBytes;
  let lineBytes = 0;
  let isOver = false;
  return {
    send(message, urgent, counted = false) {
      let line: string;
      try {
        line = codec.encode(message);
      } catch (error) {
        const code = isFromHandler(message) ? ErrorCode.INVALID_RESULT : ErrorCode.INVALID_PARAMS;
        return new RpcError(code, `${nameOf(message)} cannot be written as JSON: ${reasonOf(error)}`, { cause: error });
      }
      // No character takes more than three bytes, so most lines need no counting.
      if (line.length * 3 > maxBytes && Buffer.byteLength(line) > maxBytes) {
        return new RpcError(
          ErrorCode.MESSAGE_TOO_LARGE,
          `${nameOf(message)} is larger than ${maxBytes} bytes; split it, or use a stream`,
          { data: { limitBytes: maxBytes } },
        );
      }
      if (!transport.send(line, urgent)) {
        return isOver
          ? channelOver(nameOf(message), false, undefined)
          : overloaded(nameOf(message), `${transport.unsentBytes} bytes wait for the other end to read`);
      }
      stats.sent++;
      if (counted) lineBytes = Buffer.byteLength(line);
      return undefined;
    },
    get lineBytes() {
      return lineBytes;
    },
    cap(bytes) {
      maxBytes = Math.min(maxBytes, bytes);
    },
    over() {
      isOver = true;
    },
  };
}

/** Answers, stream items and progress. */
function isFromHandler(message: Message): boolean {
  return !("method" in message) || message.method.startsWith("$/");
}

function nameOf(message: Message): string {
  if (!("method" in message)) return "the answer";
  return message.method === "$/stream/item" ? "the stream's item" : message.method;
}
