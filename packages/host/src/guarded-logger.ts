import type { HostLogger, LogLevel } from "@outrigger/protocol";
import { guarded, isThenable } from "@outrigger/protocol/outcomes";

/** The levels every logger has. */
export const LOG_LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/**
 * A logger that cannot disturb who writes to it: what the inner one throws, or its promise rejects with, goes to
 * `onFailure` and nowhere else. A `child` that fails, or makes no logger, is the logger itself.
 */
export function guardedLogger(logger: HostLogger, onFailure: (error: unknown) => void = () => {}): HostLogger {
  const write =
    (level: LogLevel) =>
    (...record: Parameters<HostLogger[LogLevel]>): void =>
      guarded(() => logger[level](...record), onFailure);
  return {
    ...(Object.fromEntries(LOG_LEVELS.map((level) => [level, write(level)])) as Omit<HostLogger, "child">),
    child(bindings) {
      try {
        const child: unknown = logger.child(bindings);
        if (isLogger(child)) return guardedLogger(child, onFailure);
        if (isThenable(child)) child.then(undefined, onFailure);
      } catch (error) {
        onFailure(error);
      }
      return guardedLogger(logger, onFailure);
    },
  };
}

/** Whether a value has the level methods; `child` is tried when it is needed. */
export function isLogger(value: unknown): value is HostLogger {
  if (typeof value !== "object" && typeof value !== "function") return false;
  return value !== null && LOG_LEVELS.every((level) => typeof (value as Partial<HostLogger>)[level] === "function");
}
