import type { HostLogger, LogLevel } from "@outrigger/protocol";

/** A record that a handler of the host wrote through `context.log`. */
export interface HostRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The host's logger in memory: its records are kept, and nothing is written. */
export function createMemoryLogger(records: HostRecord[], bindings: Record<string, unknown>): HostLogger {
  const write = (level: LogLevel) => (fields: Record<string, unknown>, message: string) =>
    void records.push({ level, message, fields: { ...bindings, ...fields } });
  return {
    ...{ trace: write("trace"), debug: write("debug"), info: write("info") },
    ...{ warn: write("warn"), error: write("error"), fatal: write("fatal") },
    child: (further) => createMemoryLogger(records, { ...bindings, ...further }),
  };
}
