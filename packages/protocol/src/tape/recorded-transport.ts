import { bytesOf } from "../bulk-frame.js";
import type { CutOff } from "../framing.js";
import type { Transport } from "../transport.js";

/** What is told of a transport. Must not throw. */
interface Listener {
  /** Each line that came or was queued, with its attachments. */
  line(way: "sent" | "received", line: string, attachments: readonly Uint8Array[] | undefined): void;
  /** What the end of input cut off. */
  cutOff(rest: CutOff): void;
}

/** A transport that tells what goes through it. */
export function recordedTransport(transport: Transport, listener: Listener): Transport {
  return {
    start(receiver) {
      transport.start({
        message(line, bytes, attachments) {
          listener.line("received", line, attachments);
          receiver.message(line, bytes, attachments);
        },
        batch: (tell) => receiver.batch(tell),
        closed(error, rest) {
          if (rest !== undefined) listener.cutOff(rest);
          receiver.closed(error, rest);
        },
      });
    },
    send(line, urgent, attachments) {
      const isQueued = transport.send(line, urgent, attachments);
      if (isQueued) listener.line("sent", line, attachments?.map(bytesOf));
      return isQueued;
    },
    memory: (length) => transport.memory?.(length),
    reuse: (attachment) => transport.reuse?.(attachment),
    acceptAttachments: () => transport.acceptAttachments(),
    unsentBytes: () => transport.unsentBytes(),
    flush: () => transport.flush(),
    close: () => transport.close(),
  };
}
