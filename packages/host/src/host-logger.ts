import type { HostLogger } from "@outrigger/protocol";
import { pino } from "pino";

let shared: HostLogger | undefined;

/** The logger of hosts that were given none: pino to stderr, because stdout may be what the program is for. */
export function defaultLogger(): HostLogger {
  shared ??= pino({ name: "outrigger" }, pino.destination(2));
  return shared;
}
