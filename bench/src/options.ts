import { parseArgs } from "node:util";
import { FLOOR, peers } from "./peers.js";
import type { Placement } from "./placement.js";
import { workloads } from "./workloads.js";

const names = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(" ");

export const help = `Measures Outrigger beside its peers: pnpm bench [options]

  --only <names>        peers, separated by commas; the floor always runs
  --workload <names>    workloads, separated by commas; a name ending in * stands for all that begin so
  --rounds <number>     rounds, interleaved peer by peer (default 5)
  --placement <which>   shared: host and workers on one core (default); free: as the system likes
  --seconds <number>    time measured in each cell (default 1), after a warm-up three times as long
  --against <folder>    another checkout, built: its Outrigger is measured beside this one, as <peer>@other
  --json                the figures as JSON
  --markdown            a Markdown table
  --record              append the ratios to bench/history.jsonl
  --compare <commit>    how the ratios moved since that commit's last record
  --short               tiny counts: proves that every adapter works, its figures mean nothing
  --help

peers: ${names(peers)}
workloads: ${names(workloads)}
`;

export interface Options {
  readonly peers: readonly string[];
  readonly workloads: readonly string[];
  readonly rounds: number;
  readonly seconds: number | undefined;
  readonly placement: Placement;
  readonly against: string | undefined;
  readonly format: "text" | "json" | "markdown";
  readonly record: boolean;
  readonly compare: string | undefined;
  readonly short: boolean;
  readonly help: boolean;
}

/** @throws Error that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args[0] === "--" ? args.slice(1) : [...args],
    options: {
      only: { type: "string" },
      workload: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      placement: { type: "string", default: "shared" },
      against: { type: "string" },
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      compare: { type: "string" },
      short: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { placement } = values;
  if (placement !== "shared" && placement !== "free") {
    throw new Error(`--placement: expected shared or free, got ${placement}`);
  }
  const only = select(values.only, names(peers).split(" "), "--only");
  return {
    peers: only.includes(FLOOR) ? only : [FLOOR, ...only],
    workloads: select(values.workload, names(workloads).split(" "), "--workload"),
    rounds: positive(values.rounds, "--rounds") ?? (values.short ? 1 : 5),
    seconds: positive(values.seconds, "--seconds"),
    placement,
    against: values.against,
    format: values.json ? "json" : values.markdown ? "markdown" : "text",
    record: values.record,
    compare: values.compare,
    short: values.short,
    help: values.help,
  };
}

/** In the order of `known`. */
function select(asked: string | undefined, known: readonly string[], option: string): string[] {
  if (asked === undefined) return [...known];
  const chosen = new Set<string>();
  for (const name of asked.split(",")) {
    const matches = known.filter((one) => (name.endsWith("*") ? one.startsWith(name.slice(0, -1)) : one === name));
    if (matches.length === 0) throw new Error(`${option}: expected some of ${known.join(", ")}; got ${name}`);
    for (const match of matches) chosen.add(match);
  }
  return known.filter((name) => chosen.has(name));
}

function positive(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option}: expected a number above 0, got ${text}`);
  return value;
}
