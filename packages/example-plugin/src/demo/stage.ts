import type { Host, Worker } from "@outrigger/host";
import type { docsSearch, SearchData } from "../contract.js";
import type { Services } from "./host-services.js";
import type { Output } from "./terminal-output.js";

/** What the steps of the tour work on and hand on. */
export interface Stage {
  readonly output: Output;
  readonly host: Host<typeof docsSearch>;
  readonly services: Services;
  readonly worker: Worker<typeof docsSearch>;
  /** Where the Markdown is. */
  readonly folder: string;
  /** Aborts on Ctrl-C, and when the whole takes too long. */
  readonly signal: AbortSignal;
  /** Set by the step that searches: what must be found again after the restart. */
  readonly answers: Map<string, SearchData>;
}

/** Whose documents the tour is about. */
export const TENANT = "handbook";

/** A step that did not do what it is there to show. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** Every step checks what it shows: the demo is an end-to-end test that people can read. */
export function check(condition: unknown, expected: string): asserts condition {
  if (!condition) throw new StepFailed(`expected ${expected}`);
}

/** Runs what has to fail and gives its error. */
export async function failureOf(call: Promise<unknown>, expected: string): Promise<Error> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  check(error instanceof Error, `${expected}, but the call succeeded`);
  return error;
}

/** `12.3 ms`, `1.24 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** `1 file`, `1,204 files`; without a noun only the number. */
export function count(value: number, noun?: string): string {
  const number = value.toLocaleString("en");
  return noun === undefined ? number : `${number} ${noun}${value === 1 ? "" : "s"}`;
}
