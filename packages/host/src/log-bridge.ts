import type { Clock, HostLogger, LogLevel, LogParams } from "@outrigger/protocol";
import { bytesAsBase64 } from "@outrigger/protocol/authority";
import { guardedLogger } from "./guarded-logger.js";
import { cutText, DEFAULT_LOG_LINE } from "./log-lines.js";
import { createRateLimit } from "./rate-limit.js";

/** What one worker may write into the host's log. */
export interface LogLimits {
  /** Default 100. */
  readonly linesPerSecond: number;
  /** Lines at once after a quiet time. Default 1,000. */
  readonly burst: number;
  /** How often the number of dropped lines is told, ms. Default 5,000. */
  readonly windowMs: number;
  /** Longest message, characters; what is longer is cut. Default 8,192. */
  readonly messageCharacters: number;
  /** Largest meta, characters as JSON; what is larger is replaced by its beginning. Default 16,384. */
  readonly metaCharacters: number;
}

export const DEFAULT_LOG_LIMITS: LogLimits = {
  linesPerSecond: 100,
  burst: 1_000,
  windowMs: 5_000,
  messageCharacters: DEFAULT_LOG_LINE,
  metaCharacters: 16_384,
};

/** Counters of a bridge, for diagnostics. */
export interface LogStats {
  written: number;
  /** Past the rate. */
  dropped: number;
  /** The logger threw, or its promise rejected. */
  failed: number;
}

/** Where what one worker writes goes into the host's log. Nothing here throws. */
export interface LogBridge {
  /** A `$/log` notification. */
  log(entry: LogParams): void;
  /** A line of its stderr. */
  stderr(line: string): void;
  /** A line of its stdout that is no message. */
  stdout(line: string): void;
  /** The host's word about something the worker may do over and over. */
  remark(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
  /** The host's own word about this worker; not rate limited. */
  note(level: LogLevel, message: string, fields?: Record<string, unknown>): void;
  /** Tells what was dropped since the last time. The worker is gone. */
  close(): void;
  /** For the host's own handlers: its records name the worker, and it cannot throw. Not rate limited. */
  readonly logger: HostLogger;
  readonly stats: Readonly<LogStats>;
}

/**
 * Bridges one worker to the host's log. Each record has `workerId` and `source` (`log`, `stderr`, `stdout` or `host`); what the
 * worker adds stands under `meta`, where it cannot overwrite a field of the host's own.
 */
export function createLogBridge(options: {
  readonly logger: HostLogger;
  readonly workerId: string;
  readonly clock: Clock;
  readonly limits?: LogLimits;
}): LogBridge {
  const { workerId, clock, limits = DEFAULT_LOG_LIMITS } = options;
  const rate = createRateLimit({ perSecond: limits.linesPerSecond, burst: limits.burst }, clock.now());
  const stats: LogStats = { written: 0, dropped: 0, failed: 0 };
  const logger = guardedLogger(options.logger, () => stats.failed++).child({ workerId });
  let untold = 0;
  let cancelWindow: (() => void) | undefined;
  let isClosed = false;

  const write = (level: LogLevel, fields: Record<string, unknown>, message: string): void => {
    const { failed } = stats;
    logger[level](fields, message);
    if (stats.failed === failed) stats.written++;
  };

  const tellDropped = (): void => {
    cancelWindow?.();
    cancelWindow = undefined;
    if (untold === 0) return;
    const message = `${untold} log lines dropped: it writes more than ${limits.linesPerSecond} a second`;
    write("warn", { source: "host", dropped: untold }, message);
    untold = 0;
  };

  const admit = (): boolean => {
    if (rate.take(clock.now())) return true;
    stats.dropped++;
    untold++;
    // What comes late is counted; a timer would outlive the worker.
    if (!isClosed) cancelWindow ??= clock.setTimer(tellDropped, limits.windowMs);
    return false;
  };

  return {
    log({ level, message, meta, time }) {
      if (!admit()) return;
      const fields = {
        source: "log",
        ...(time !== undefined && { workerTime: time }),
        ...(meta !== undefined && { meta: bounded(meta, limits.metaCharacters) }),
      };
      write(level, fields, cutText(message, limits.messageCharacters));
    },
    stderr(line) {
      if (admit()) write("info", { source: "stderr" }, cutText(line, limits.messageCharacters));
    },
    stdout(line) {
      if (admit()) write("info", { source: "stdout" }, cutText(line, limits.messageCharacters));
    },
    remark(level, message, fields) {
      if (admit()) write(level, { ...fields, source: "host" }, cutText(message, limits.messageCharacters));
    },
    note(level, message, fields) {
      write(level, { ...fields, source: "host" }, message);
    },
    close() {
      isClosed = true;
      tellDropped();
    },
    logger,
    stats,
  };
}

function bounded(given: Record<string, unknown>, max: number): Record<string, unknown> {
  try {
    const meta = bytesAsBase64(given) as Record<string, unknown>;
    const json = JSON.stringify(meta);
    return json.length > max ? { truncated: cutText(json, max) } : meta;
  } catch (error) {
    // What a codec of the user's made of it.
    return { unwritable: cutText(String(error), max) };
  }
}
