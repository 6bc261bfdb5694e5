import type { Readable } from "node:stream";
import type { HangReport } from "@outrigger/protocol";
import { createHangLines } from "./hang-lines.js";
import { createLogLines } from "./log-lines.js";
import type { MarkedLines } from "./marked-lines.js";
import { createStderrTail } from "./stderr-tail.js";

/** A worker's stderr gets so much of a turn of the event loop, ms; what is left of a chunk waits, and the pipe behind it. */
const TURN_MS = 4;
/** Looked at between two looks at the clock: a thousand lines at most. */
const SLICE_BYTES = 1024;

/** A worker's stderr while it is read. */
export interface StderrReader {
  /** The end of what was written so far. */
  readonly tail: string;
  /**
   * Resolves when nothing more can come. A grandchild may hold the pipe open long after the worker is gone: wait for it
   * with a bound. Never rejects.
   */
  readonly ended: Promise<void>;
  /** Tells the line that was begun; from then on nothing. What was read, but not looked at, is let go of. */
  stop(): void;
}

/**
 * Reads a worker's stderr to its end: an unread pipe would block the worker. Reports of its guard thread are taken out.
 * `onLine` and `onHang` must not throw.
 */
export function readStderr(
  stderr: Readable,
  options: {
    readonly onLine: (line: string) => void;
    readonly onHang?: ((report: HangReport) => void) | undefined;
    /** Asked before a line is looked at as a report; those refused are lines like any. Default: all are. */
    readonly admitHang?: (() => boolean) | undefined;
    /** Takes what Node says of its inspector. Default: that stays. */
    readonly inspector?: MarkedLines | undefined;
    /** Characters kept for `tail`. Default 8,000. */
    readonly tailCharacters?: number | undefined;
    /** Longest line passed on whole, characters. Default 8,192. */
    readonly lineCharacters?: number | undefined;
  },
): StderrReader {
  const tail = createStderrTail(options.tailCharacters);
  const lines = createLogLines(options.lineCharacters);
  // Half a character at the end of a chunk waits for its other half.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  const hangs = createHangLines(options.admitHang ?? (() => true), options.onHang ?? (() => {}));
  const { inspector } = options;
  const read = (text: string): string => hangs.push(inspector === undefined ? text : inspector.push(text));

  const take = (text: string): void => {
    if (text === "") return;
    tail.push(text);
    for (const line of lines.push(text)) if (!isStopped) options.onLine(line);
  };
  let isStopped = false;
  let rest: Uint8Array = new Uint8Array(0);
  let whenTaken: (() => void) | undefined;
  /** When its share of this turn is used up: one turn may bring many chunks. */
  let until: number | undefined;
  const endTurn = (): void => {
    until = undefined;
  };
  const takeRest = (): void => {
    if (until === undefined) {
      until = performance.now() + TURN_MS;
      setImmediate(endTurn);
    }
    while (rest.length > 0) {
      const slice = rest.subarray(0, SLICE_BYTES);
      rest = rest.subarray(slice.length);
      take(read(decoder.decode(slice, { stream: true })));
      if (rest.length > 0 && performance.now() >= until) {
        stderr.pause();
        setImmediate(takeRest);
        return;
      }
    }
    whenTaken?.();
    if (stderr.isPaused()) stderr.resume();
  };
  stderr.on("data", (chunk: Uint8Array | string) => {
    if (isStopped) return;
    // A launcher of somebody else's may have given the stream an encoding.
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    takeRest();
  });

  let over = false;
  let end = (): void => {};
  const finish = (): void => {
    if (rest.length > 0) whenTaken = finish;
    if (rest.length > 0 || over) return;
    over = true;
    take(read(decoder.decode()) + hangs.push(inspector?.end() ?? "") + hangs.end());
    for (const line of lines.end()) options.onLine(line);
    end();
  };
  const ended = new Promise<void>((resolve) => {
    end = resolve;
    stderr.on("end", finish);
    stderr.on("close", finish);
    stderr.on("error", finish);
    if (stderr.destroyed || stderr.readableEnded) finish();
  });

  return {
    get tail() {
      return tail.text;
    },
    ended,
    stop() {
      rest = new Uint8Array(0);
      finish();
      isStopped = true;
    },
  };
}
