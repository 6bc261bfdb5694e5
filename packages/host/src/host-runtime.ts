import { randomBytes } from "node:crypto";
import { type Clock, systemClock } from "@outrigger/protocol";

/** Time, chance and ids of a host, in one place: fake in tests. */
export interface HostRuntime {
  /** Monotonic time and timers. */
  readonly clock: Clock;
  /** Time of day, ms since the epoch: for what people read, never for measuring. */
  wallClock(): number;
  /** A number from 0 up to 1. */
  random(): number;
  /** An id nobody can guess and nobody had before. */
  uniqueId(): string;
}

export const systemRuntime: HostRuntime = {
  clock: systemClock,
  wallClock: () => Date.now(),
  random: () => Math.random(),
  uniqueId: () => randomBytes(9).toString("base64url"),
};
