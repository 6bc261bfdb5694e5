import type { CutOff, Transport, TransportReceiver } from "../src/index.js";

/** Starts a transport for what it tells of its end. */
export const endOf = (transport: Transport): Promise<readonly [error: Error | undefined, rest?: CutOff | undefined]> =>
  new Promise((resolve) => {
    transport.start({ message() {}, batch: (tell) => tell(), closed: (...end) => resolve(end) });
  });

/** A transport that hands lines to its peer at once, and keeps what the peer sends. */
export function directTransport() {
  const sent: string[] = [];
  let receiver: TransportReceiver | undefined;
  const transport: Transport = {
    start: (to) => {
      receiver = to;
    },
    send: (line) => sent.push(line) > 0,
    acceptAttachments: () => {},
    unsentBytes: () => 0,
    flush: () => Promise.resolve(),
    close: () => {},
  };
  return {
    transport,
    sent,
    receive: (line: string): void => receiver?.message(line, line.length),
    batch: (tell: () => void): void => receiver?.batch(tell),
  };
}
