import type { LogLevel, LogParams } from "@outrigger/protocol";
import { logRecord, logText } from "./log-record.js";
import type { Log } from "./log-types.js";

/** Where a worker's log lines go. */
export interface LogSinks {
  /** Sends a line to the host; `false` when it could not be queued. `undefined` while there is no host to send to. */
  readonly host: () => ((line: LogParams) => boolean) | undefined;
  readonly stderr: (text: string) => void;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Lines a second, and in one burst. */
  readonly linesPerSecond: number;
}

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const satisfies readonly LogLevel[];

/** A log of bounded rate: lines above it are dropped and counted, and the number is told when the flood is over. */
export function createLog(sinks: LogSinks): Log {
  const { now, linesPerSecond } = sinks;
  let tokens = linesPerSecond;
  let filledAt = now();
  let dropped = 0;
  let unsent = 0;

  const take = (): boolean => {
    const time = now();
    // A clock set back must not stop the log.
    tokens = Math.min(linesPerSecond, tokens + (Math.max(0, time - filledAt) / 1000) * linesPerSecond);
    filledAt = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };

  const emit = (line: LogParams): void => {
    const send = sinks.host();
    if (send === undefined) sinks.stderr(logText(line));
    else if (!send(line)) unsent++;
  };

  const write = (level: LogLevel, message: unknown, meta: Parameters<Log["info"]>[1]): void => {
    if (!take()) {
      dropped++;
      return;
    }
    if (dropped + unsent > 0) {
      const lost = { dropped, unsent };
      dropped = unsent = 0;
      emit(logRecord("warn", lostText(lost, linesPerSecond), undefined, now()));
      // A notice that is lost, too, is not what was lost.
      if (unsent > 0) [dropped, unsent] = [lost.dropped, lost.unsent];
    }
    emit(logRecord(level, message, meta, now()));
  };

  return Object.freeze(
    Object.fromEntries(LEVELS.map((level) => [level, (message, meta) => write(level, message, meta)])) as {
      [Level in LogLevel]: Log[Level];
    },
  );
}

function lostText(
  { dropped, unsent }: { readonly dropped: number; readonly unsent: number },
  perSecond: number,
): string {
  const tooMany = dropped > 0 ? [`more than ${perSecond} a second`] : [];
  const notSent = unsent > 0 ? [`${unsent} could not be sent to the host`] : [];
  return `${dropped + unsent} log lines were dropped: ${[...tooMany, ...notSent].join(", ")}`;
}
