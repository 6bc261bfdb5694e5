import type { Readable, Writable } from "node:stream";
import type { RpcTransport } from "capnweb";
import { lineWriter, readLines } from "../../shared/ndjson.js";

/** capnweb leaves stdio to its user: the floor's lines under its transport interface. */
export function stdioTransport(readable: Readable, writable: Writable): RpcTransport {
  const lines: string[] = [];
  let head = 0;
  let waiting: ((line: string) => void) | undefined;
  const write = lineWriter(writable);
  readLines(readable, (line) => {
    if (waiting === undefined) lines.push(line);
    else {
      const resolve = waiting;
      waiting = undefined;
      resolve(line);
    }
  });
  return {
    send: write,
    receive() {
      const line = lines[head];
      if (line === undefined) {
        head = lines.length = 0;
        return new Promise((resolve) => {
          waiting = resolve;
        });
      }
      head++;
      return Promise.resolve(line);
    },
  };
}
