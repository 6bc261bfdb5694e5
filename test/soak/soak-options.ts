import { parseArgs } from "node:util";

/** What a soak is told on the command line. */
export interface SoakOptions {
  readonly minutes: number;
  /** The same seed makes the same schedule. */
  readonly seed: number;
  readonly workers: number;
  /** Calls a second to each worker. */
  readonly rate: number;
  /** Between two acts of chaos, ms. */
  readonly chaosMs: number;
  readonly json: boolean;
}

/** @throws Error naming the option that cannot be used */
export function soakOptions(args: string[], random: number): SoakOptions {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      minutes: { type: "string", default: "2" },
      seed: { type: "string", default: String(Math.floor(random * 2 ** 32)) },
      workers: { type: "string", default: "40" },
      rate: { type: "string", default: "5" },
      "chaos-ms": { type: "string", default: "500" },
      json: { type: "boolean", default: false },
    },
  });
  const positive = (name: "minutes" | "workers" | "rate" | "chaos-ms"): number => {
    const value = Number(values[name]);
    if (value > 0 && Number.isFinite(value)) return value;
    throw new Error(`--${name}: expected a number above 0, got ${values[name]}`);
  };
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed: expected a whole number, got ${values.seed}`);
  return {
    ...{ seed, json: values.json },
    ...{ minutes: positive("minutes"), workers: Math.ceil(positive("workers")) },
    ...{ rate: positive("rate"), chaosMs: positive("chaos-ms") },
  };
}
