import type { LogLevel } from "@outrigger/protocol";
import { pino } from "pino";

/** The part of pino that the host uses, so that any logger of that shape serves. */
export type HostLogger = {
  readonly [Level in LogLevel]: (fields: Record<string, unknown>, message: string) => void;
} & {
  child(bindings: Record<string, unknown>): HostLogger;
};

let shared: HostLogger | undefined;

/** The logger of hosts that were given none: pino to stderr, because stdout may be what the program is for. */
export function defaultLogger(): HostLogger {
  shared ??= pino({ name: "outrigger" }, pino.destination(2));
  return shared;
}
