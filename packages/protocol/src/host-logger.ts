import type { LogLevel } from "./lifecycle.js";

/** The part of pino that the host uses, so that any logger of that shape serves. */
export type HostLogger = {
  readonly [Level in LogLevel]: (fields: Record<string, unknown>, message: string) => void;
} & {
  child(bindings: Record<string, unknown>): HostLogger;
};
