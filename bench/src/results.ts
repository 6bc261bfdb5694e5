import type { BenchPeer } from "./peers.js";
import { median, spread } from "./statistics.js";
import type { Figures, Metric, Workload } from "./workload.js";

/** All rounds of one peer and workload; `null` when the peer cannot do it. */
export interface Series {
  readonly peer: string;
  readonly workload: string;
  readonly rounds: readonly (Figures | null)[];
}

export interface Figure {
  readonly median: number;
  /** Half the range of the rounds as a share of the median. */
  readonly spread: number;
  /** Median of the rounds' own ratios to the baseline; `undefined` without a baseline. */
  readonly ratio: number | undefined;
}

export interface Row {
  readonly workload: string;
  readonly metric: Metric;
  /** By name of peer; missing where the peer has no figure. */
  readonly figures: ReadonlyMap<string, Figure>;
}

const valuesOf = (series: Series | undefined, metric: string): (number | undefined)[] =>
  (series?.rounds ?? []).map((round) => round?.[metric]);

const isNumber = (value: number | undefined): value is number => value !== undefined;

/** One row for each metric: what is told, printed and recorded. */
export function tabulate(
  all: readonly Series[],
  workloads: readonly Workload[],
  peers: readonly BenchPeer[],
  baseline: string,
): Row[] {
  const find = (peer: string, workload: string) =>
    all.find((series) => series.peer === peer && series.workload === workload);
  const figure = (peer: string, workload: string, metric: string): [string, Figure][] => {
    const values = valuesOf(find(peer, workload), metric);
    const floor = valuesOf(find(baseline, workload), metric);
    const measured = values.filter(isNumber);
    if (measured.length === 0) return [];
    const ratios = values
      .map((value, round) => {
        const base = floor[round];
        return value === undefined || base === undefined ? undefined : value / base;
      })
      .filter(isNumber);
    const ratio = ratios.length === 0 ? undefined : median(ratios);
    return [[peer, { median: median(measured), spread: spread(measured), ratio }]];
  };
  return workloads.flatMap(({ name, metrics }) =>
    metrics.map((metric) => ({
      workload: name,
      metric,
      figures: new Map(peers.flatMap((peer) => figure(peer.name, name, metric.name))),
    })),
  );
}
