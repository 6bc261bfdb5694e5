import type { BenchPeer } from "./peers.js";
import type { Figure, Row } from "./results.js";

export function number(value: number): string {
  if (value >= 10_000) return `${(value / 1000).toLocaleString("en", { maximumFractionDigits: 0 })}k`;
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(value < 1 ? 2 : 3);
}

const ratio = (value: number | undefined): string => (value === undefined ? "" : `${value.toFixed(2)}×`);
const percent = (value: number): string => `±${(value * 100).toFixed(0)}%`;

/** For a terminal: a block for each row, the best peer first. */
export function textTable(rows: readonly Row[], peers: readonly BenchPeer[]): string {
  const width = Math.max(...peers.map(({ name }) => name.length));
  return rows
    .map(({ metric, figures }) => {
      const sign = metric.better === "lower" ? 1 : -1;
      const ranked = [...figures].sort(([, a], [, b]) => sign * (a.median - b.median));
      const lines = ranked.map(([peer, figure]) => {
        const { median, spread } = figure;
        const value = `${number(median)} ${metric.unit}`;
        return `  ${peer.padEnd(width)} ${value.padStart(14)} ${percent(spread).padStart(5)} ${ratio(figure.ratio).padStart(8)}`;
      });
      const cannot = peers
        .filter(({ name }) => !figures.has(name))
        .map(({ name }) => `  ${name.padEnd(width)} ${"–".padStart(14)}`);
      return [`${metric.title} (${metric.better} is better)`, ...lines, ...cannot].join("\n");
    })
    .join("\n\n");
}

const cell = (figure: Figure | undefined): string => {
  if (figure === undefined) return "–";
  return figure.ratio === undefined ? number(figure.median) : `${figure.ratio.toFixed(2)} (${number(figure.median)})`;
};

/** Workloads as rows, peers as columns, each cell the ratio to the baseline and the figure. */
export function markdownTable(rows: readonly Row[], peers: readonly BenchPeer[], baseline: string): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const head = line(["workload", ...peers.map(({ name }) => name)]);
  const rule = line(["---", ...peers.map(() => "---:")]);
  const body = rows.map(({ metric, figures }) => {
    const title = `${metric.title}, ${metric.unit} ${metric.better === "lower" ? "↓" : "↑"}`;
    return line([
      title,
      ...peers.map(({ name }) => {
        const figure = figures.get(name);
        return name === baseline && figure !== undefined ? number(figure.median) : cell(figure);
      }),
    ]);
  });
  return [head, rule, ...body].join("\n");
}
