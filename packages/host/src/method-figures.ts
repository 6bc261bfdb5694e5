import { type CallMeter, type Contract, errorCodeName, isRpcError } from "@outrigger/protocol";
import { createLatencyHistogram, type LatencyHistogram } from "./latency-histogram.js";

/** The calls of one method that are over. */
export interface CallFigures {
  /** All of them, those that failed or were refused too. */
  readonly count: number;
  /**
   * Those that failed or were refused, by code: its name (`TIMEOUT`), else the application's number. The first 16 codes of
   * a method have a figure of their own, the rest are `other`.
   */
  readonly errors: Readonly<Record<string, number>>;
  /**
   * How long they took, ms; p50, p95 and p99 are at most 6.25 % too high, `max` is exact. Refused ones took none.
   * `undefined` before the first. Of `served`, a time may be that of a call close behind, `max` too.
   */
  readonly ms: { readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number } | undefined;
}

/** By method; methods that were not called yet are left out. */
export interface MethodFigures {
  /** Requests and streams of this host, each time they were sent or refused: from the call to its answer, or to a stream's end. */
  readonly calls: Readonly<Record<string, CallFigures>>;
  /**
   * Calls of the worker: from their arrival until the host's handler has finished. Of one method, a few in a row that came
   * together and were handled at once count as having taken as long as the last of them.
   */
  readonly served: Readonly<Record<string, CallFigures>>;
}

const MAX_CODES = 16;
/** No code of anybody's. */
const OTHER = Number.NaN;

interface Tally {
  count: number;
  errors: Map<number, number> | undefined;
  histogram: LatencyHistogram | undefined;
}

/** Counts the calls of a contract's methods, and of no others: what a worker names is no reason to keep anything. */
export function createMethodFigures({
  hostToWorker,
  workerToHost,
}: Contract): CallMeter & { snapshot(): MethodFigures } {
  const [calls, served] = [hostToWorker, workerToHost].map((methods) => {
    const empty = (name: string): [string, Tally] => [name, { count: 0, errors: undefined, histogram: undefined }];
    return new Map(Object.keys(methods).map(empty));
  }) as [Map<string, Tally>, Map<string, Tally>];

  return {
    called(method, ms, error) {
      const tally = calls.get(method);
      if (tally === undefined) return;
      record(tally, 1, ms, error === undefined ? undefined : isRpcError(error) ? error.code : OTHER);
    },
    served(method, ms, code, times) {
      const tally = served.get(method);
      if (tally !== undefined) record(tally, times, ms, code);
    },
    snapshot: () => ({ calls: figuresOf(calls), served: figuresOf(served) }),
  };
}

function record(tally: Tally, times: number, ms: number | undefined, code: number | undefined): void {
  tally.count += times;
  if (ms !== undefined) {
    tally.histogram ??= createLatencyHistogram();
    tally.histogram.record(ms, times);
  }
  if (code === undefined) return;
  tally.errors ??= new Map();
  const { errors } = tally;
  const key = errors.has(code) || errors.size < MAX_CODES ? code : OTHER;
  errors.set(key, (errors.get(key) ?? 0) + times);
}

function figuresOf(tallies: ReadonlyMap<string, Tally>): Record<string, CallFigures> {
  const called = [...tallies].filter(([, { count }]) => count > 0);
  return Object.fromEntries(called.map(([method, tally]) => [method, shown(tally)]));
}

function shown({ count, errors = new Map(), histogram }: Tally): CallFigures {
  const named = [...errors].map(([code, times]) => [
    Number.isNaN(code) ? "other" : (errorCodeName(code) ?? `${code}`),
    times,
  ]);
  const at = (share: number): number => histogram?.quantile(share) ?? 0;
  const ms = histogram && { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: histogram.max() };
  return { count, errors: Object.fromEntries(named), ms };
}
