import { type FileHandle, open, stat } from "node:fs/promises";
import type { Codec, Contract } from "@outrigger/protocol";
import { type ProcessRecorder, recordProcess, type TapeSource, tapeHeader } from "@outrigger/protocol/tape";
import type { HostRuntime } from "./host-runtime.js";

/** How a worker's traffic is recorded. */
export interface RecordOptions {
  /** Path or file URL. What was in it is overwritten, unless this worker records into it already. */
  readonly file: string | URL;
  /** Largest size of the file, bytes. Past it messages are dropped and counted. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** What may wait for a slow disk, bytes. Past it messages are dropped and counted. Default 4 MiB. */
  readonly bufferBytes?: number | undefined;
}

/** How a recording stands. */
export interface TapeStats {
  readonly file: string;
  readonly bytes: number;
  /** Lines that were written, or wait to be. */
  readonly lines: number;
  /** Lines that were not: the file is full, its disk too slow or gone, or a message has no line. */
  readonly dropped: number;
  /** Why it could not be written; nothing is recorded any more. */
  readonly error: string | undefined;
}

/** Who is told, each once a recording but for `onDropped`. Must not throw. */
interface TapeListeners {
  /** It could not be written; nothing is recorded any more. */
  onError(error: Error): void;
  /** What it lacks, and why: told once for a bound, and once for what no line can hold. */
  onDropped(lacking: string): void;
}

/** The recording of one worker. It never throws, never waits for its disk, and changes nothing else. */
export interface TapeFile {
  readonly path: string;
  readonly bounds: TapeBounds;
  /** From now on these are its bounds. */
  rebound(bounds: TapeBounds): void;
  readonly stats: TapeStats;
  /** Records one process. */
  begin(incarnation: number, listeners: TapeListeners): ProcessRecorder;
  /** Resolves when what was recorded is in the file, at the latest after 2 s. */
  flush(): Promise<void>;
}

/** What a recording may take, bytes. */
export interface TapeBounds {
  readonly maxBytes: number;
  readonly bufferBytes: number;
}

/** What a tape is made of. */
export interface TapeFileSource {
  readonly path: string;
  readonly bounds: TapeBounds;
  readonly workerId: string;
  readonly contract: Contract;
  readonly codec: Codec;
  readonly limits: TapeSource["limits"];
  readonly runtime: Pick<HostRuntime, "clock" | "wallClock">;
}

export const DEFAULT_TAPE_BOUNDS: TapeBounds = { maxBytes: 64 * 1024 * 1024, bufferBytes: 4 * 1024 * 1024 };
/** What the last lines of processes may take above the bounds. */
const RESERVE_BYTES = 16 * 1024;
const FLUSH_MS = 2_000;
/** Mode of a file that is made: what calls carry is nobody else's business. */
const OWNER_ONLY = 0o600;

/** Files being written, of all hosts of this process: two recordings in one file are none. */
const inUse = new Map<string, object>();

/** Makes the recording of a worker; its file is open while a process is. */
export function createTapeFile(source: TapeFileSource): TapeFile {
  const { path, runtime } = source;
  let { bounds } = source;
  const owner = {};
  const now = (): number => runtime.clock.now();
  const whenIdle = new Set<() => void>();
  let listeners: TapeListeners = { onError() {}, onDropped() {} };
  /** Why messages were dropped, as far as it is told. */
  const told = new Set<"bound" | "line">();
  let queue: string[] = [];
  let queuedBytes = 0;
  let handle: FileHandle | undefined;
  let isPumping = false;
  let isBegun = false;
  let startedAt: number | undefined;
  let processes = 0;
  let bytes = 0;
  let lines = 0;
  let dropped = 0;
  let failure: Error | undefined;

  const fail = (error: Error): void => {
    failure = error;
    queue = [];
    queuedBytes = 0;
    listeners.onError(error);
  };

  /** One write at a time; what comes meanwhile goes with the next. */
  const pump = async (): Promise<void> => {
    if (isPumping) return;
    isPumping = true;
    try {
      while (queue.length > 0 || (handle !== undefined && processes === 0)) {
        if (queue.length > 0) {
          if (handle === undefined) await checkFile(path);
          handle ??= await open(path, isBegun ? "a" : "w", OWNER_ONLY);
          isBegun = true;
          const [text, size] = [queue.join(""), queuedBytes];
          queue = [];
          await handle.appendFile(text);
          queuedBytes -= size;
        } else await release();
      }
    } catch (error) {
      fail(error as Error);
      await release().catch(() => {});
    }
    isPumping = false;
    if (processes === 0 && inUse.get(path) === owner) inUse.delete(path);
    for (const resolve of whenIdle) resolve();
    whenIdle.clear();
  };
  const release = async (): Promise<void> => {
    const closed = handle;
    handle = undefined;
    await closed?.close();
  };

  const drop = (of: "bound" | "line", lacking: string): void => {
    dropped++;
    if (failure !== undefined || told.has(of)) return;
    told.add(of);
    listeners.onDropped(lacking);
  };
  const write = (line: string, reserve = 0): boolean => {
    const size = Buffer.byteLength(line) + 1;
    const { maxBytes, bufferBytes } = bounds;
    const fits = bytes + size <= maxBytes + reserve;
    if (failure !== undefined || !fits || queuedBytes + size > bufferBytes + reserve) {
      const why = fits ? `its disk is too slow for bufferBytes, ${bufferBytes}` : `it reached maxBytes, ${maxBytes}`;
      drop("bound", `messages from here on: ${why}`);
      return false;
    }
    bytes += size;
    queuedBytes += size;
    lines++;
    queue.push(line, "\n");
    void pump();
    return true;
  };

  const onUnwritable = (): void => drop("line", "a message that is too long for a line, or has no form in JSON");

  const begin = (): void => {
    if (failure !== undefined) {
      // A file that was written to has a gap, and perhaps half a line.
      if (isBegun) return;
      failure = undefined;
      startedAt = undefined;
      bytes = lines = 0;
    }
    const other = inUse.get(path);
    if (other !== undefined && other !== owner) {
      fail(new Error("another recording writes to this file; give each worker a file of its own"));
      return;
    }
    inUse.set(path, owner);
    if (startedAt !== undefined) return;
    startedAt = now();
    write(tapeHeader(source, new Date(runtime.wallClock()).toISOString()));
  };

  return {
    path,
    get bounds() {
      return bounds;
    },
    rebound(given) {
      bounds = given;
      told.delete("bound");
    },
    get stats() {
      return { file: path, bytes, lines, dropped, error: failure?.message };
    },
    begin(incarnation, given) {
      listeners = given;
      if (processes++ === 0) begin();
      const recorder = recordProcess({ ...source, now, write, onUnwritable }, incarnation, startedAt ?? now());
      return {
        ...recorder,
        exit(exit) {
          recorder.exit(exit, (line) => write(line, RESERVE_BYTES));
          processes--;
          void pump();
        },
      };
    },
    async flush() {
      if (!isPumping) return;
      let cancel = (): void => {};
      await new Promise<void>((resolve) => {
        cancel = runtime.clock.setTimer(resolve, FLUSH_MS);
        whenIdle.add(resolve);
      });
      cancel();
    },
  };
}

/** Opening a pipe takes as long as nobody reads it, and keeps this process from ending. */
async function checkFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  // What cannot be looked at, `open` explains. Devices take what is written: a terminal, `/dev/null`.
  if (found === undefined || found.isFile() || found.isCharacterDevice()) return;
  const kind = found.isFIFO() ? "a named pipe" : found.isDirectory() ? "a folder" : "something else";
  throw new Error(`expected a file, got ${kind}; name one that exists or can be made`);
}
