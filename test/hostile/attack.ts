import type { LoopDelay } from "./loop-delay.js";

/** What the attacked host is told. */
export interface Attack {
  readonly goodEntry: string;
  readonly entry: string;
  readonly mode: string;
  /** Stands in the environment of every process of the hostile worker. */
  readonly token: string;
  readonly messageBytes: number;
  /** How many messages a flood has. */
  readonly scale: number;
  /** What ends the attack, if the time does not: the worker says so, or crashes once, or is given up. */
  readonly until: "finished" | "crash" | "failed";
  readonly withinMs: number;
  /** `undefined`: the host's default. */
  readonly unresponsiveAfterMs: number | undefined;
}

/** What the attacked host saw. Bytes and ms. */
export interface AttackReport {
  readonly how: string;
  /** Why the start failed; `null` when it did not. */
  readonly start: string | null;
  readonly status: string;
  readonly stop: string;
  /** Whether the hostile worker answered a call after the attack. */
  readonly serves: boolean;
  readonly crashes: readonly string[];
  readonly crashMessages: readonly string[];
  readonly statuses: readonly string[];
  readonly calls: {
    readonly made: number;
    readonly settled: number;
    readonly answered: number;
    readonly wrong: number;
    readonly codes: Readonly<Record<string, number>>;
  };
  readonly asked: number;
  readonly attackMs: number;
  readonly stopMs: number;
  readonly neighbour: {
    readonly calls: number;
    readonly right: number;
    readonly wrong: readonly string[];
    readonly slowestMs: number;
  };
  readonly loop: LoopDelay;
  readonly memory: { readonly peakGrowth: number; readonly heldGrowth: number };
  readonly leftDescriptors: number;
  readonly messages: Readonly<Record<string, number>> | undefined;
  readonly logs: Readonly<Record<string, number>> | undefined;
}
