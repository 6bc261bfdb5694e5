import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Row } from "./results.js";
import { number } from "./tables.js";

/** One run, as a line of `history.jsonl`. */
export interface Entry {
  readonly commit: string;
  /** The tree had changes of its own. */
  readonly dirty: boolean;
  readonly date: string;
  readonly node: string;
  readonly placement: string;
  readonly rounds: number;
  /** By `workload/metric`, then peer. */
  readonly medians: { readonly [row: string]: { readonly [peer: string]: number } };
  readonly ratios: { readonly [row: string]: { readonly [peer: string]: number } };
}

const round = (value: number): number => Number(value.toPrecision(4));

export function toEntry(rows: readonly Row[], run: Omit<Entry, "medians" | "ratios">): Entry {
  const collect = (pick: (figure: { median: number; ratio: number | undefined }) => number | undefined) =>
    Object.fromEntries(
      rows.map(({ workload, metric, figures }) => [
        `${workload}/${metric.name}`,
        Object.fromEntries(
          [...figures].flatMap(([peer, figure]) => {
            const value = pick(figure);
            return value === undefined ? [] : [[peer, round(value)]];
          }),
        ),
      ]),
    );
  return { ...run, medians: collect((figure) => figure.median), ratios: collect((figure) => figure.ratio) };
}

export function readHistory(file: string): Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
}

export const record = (file: string, entry: Entry): void => appendFileSync(file, `${JSON.stringify(entry)}\n`);

/** The last entry of a commit that can be compared with this run; ratios of another Node or placement cannot. */
export function findEntry(entries: readonly Entry[], commit: string, like: Pick<Entry, "node" | "placement">) {
  const major = (version: string): string | undefined => version.split(".")[0];
  return entries.findLast(
    (entry) =>
      (entry.commit.startsWith(commit) || commit.startsWith(entry.commit)) &&
      entry.placement === like.placement &&
      major(entry.node) === major(like.node),
  );
}

/** How the ratios to the floor moved, the most first. */
export function compare(before: Entry, after: Entry, peers: readonly string[]): string {
  const changes = Object.entries(after.ratios).flatMap(([row, ratios]) =>
    peers.flatMap((peer) => {
      const [was, is] = [before.ratios[row]?.[peer], ratios[peer]];
      return was === undefined || is === undefined || peer === "floor" ? [] : [{ row, peer, was, is }];
    }),
  );
  const lines = changes
    .sort((a, b) => Math.abs(Math.log(b.is / b.was)) - Math.abs(Math.log(a.is / a.was)))
    .map(({ row, peer, was, is }) => {
      const change = `${is >= was ? "+" : ""}${((is / was - 1) * 100).toFixed(0)}%`;
      return `  ${change.padStart(6)}  ${`${number(was)}× → ${number(is)}×`.padEnd(18)} ${peer}, ${row}`;
    });
  return [`ratios to the floor since ${before.commit} (${before.date}, Node ${before.node})`, ...lines].join("\n");
}
