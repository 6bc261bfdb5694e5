import { Writable } from "node:stream";
import { type Logger, pino } from "pino";

/** A logger, and what was logged with it. */
export function recordedLog(): { readonly logger: Logger; readonly records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      records.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { logger: pino({ level: "trace" }, sink), records };
}
