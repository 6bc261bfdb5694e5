import { join, resolve } from "node:path";
import { fullBudget, shortBudget } from "./budget.js";
import { compare, findEntry, readHistory, record, toEntry } from "./history.js";
import { help, type Options, parseOptions } from "./options.js";
import { FLOOR, peers } from "./peers.js";
import { placementPrefix } from "./placement.js";
import { tabulate } from "./results.js";
import { type Entrant, runRounds } from "./rounds.js";
import { commit, historyFile, machine, resolveCommit, versionOf } from "./surroundings.js";
import { markdownTable, textTable } from "./tables.js";
import { workloads } from "./workloads.js";

const say = (text: string): void => void process.stderr.write(text);

function entrantsOf(options: Options): Entrant[] {
  const chosen = peers.filter(({ name }) => options.peers.includes(name));
  const here = chosen.map((peer) => ({ ...peer, adapter: peer.name, folder: import.meta.dirname }));
  if (options.against === undefined) return here;
  const folder = join(resolve(options.against), "bench", "dist");
  const others = here.filter(({ name }) => name.startsWith("outrigger"));
  return [...here, ...others.map((peer) => ({ ...peer, name: `${peer.name}@other`, folder }))];
}

async function run(options: Options): Promise<number> {
  const prefix = placementPrefix(options.placement);
  const placement = prefix === undefined ? "free" : options.placement;
  if (prefix === undefined) say("taskset is not to be had here: host and workers run where the system likes\n");
  const entrants = entrantsOf(options);
  const chosen = workloads.filter(({ name }) => options.workloads.includes(name));
  const { seconds } = options;
  const budget = options.short ? shortBudget : fullBudget(seconds === undefined ? undefined : seconds * 1000);

  let failures = 0;
  const clear = process.stderr.isTTY ? "\r\u001b[K" : "";
  const series = await runRounds(
    { entrants, workloads: chosen, rounds: options.rounds, budget, prefix: prefix ?? [] },
    {
      cell: (done, all, what) => say(`${clear}${done + 1}/${all} ${what}${process.stderr.isTTY ? "" : "\n"}`),
      failed(failure) {
        failures++;
        say(`${clear}FAILED ${failure}\n`);
      },
    },
  );
  say(clear);

  if (options.short) {
    const cells = series.length - failures;
    console.log(`${cells} of ${series.length} measurements answered correctly`);
    return failures === 0 ? 0 : 1;
  }
  const rows = tabulate(series, chosen, entrants, FLOOR);
  const run = {
    ...commit(),
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    placement,
    rounds: options.rounds,
  };
  const entry = toEntry(rows, run);
  const versions = entrants.flatMap(({ name, from }) => (from === undefined ? [] : [`${name} ${versionOf(from)}`]));
  const title = `Node ${run.node}, ${machine()}, ${placement === "shared" ? "host and workers on one core" : "free placement"}, median of ${run.rounds} rounds, commit ${run.commit}${run.dirty ? " and changes" : ""}`;
  if (options.format === "json") console.log(JSON.stringify({ ...entry, machine: machine(), series }, undefined, 1));
  else if (options.format === "markdown") {
    console.log(`${title}. In each cell the ratio to the floor, and the figure in brackets.\n`);
    console.log(markdownTable(rows, entrants, FLOOR));
    console.log(`\n${versions.join(", ")}`);
  } else console.log(`${title}\n${versions.join(", ")}\n\n${textTable(rows, entrants)}`);

  if (options.record) record(historyFile, entry);
  if (options.compare !== undefined) {
    const before = findEntry(readHistory(historyFile), resolveCommit(options.compare), entry);
    if (before === undefined) {
      say(`no record of ${options.compare} with this Node and placement; check it out and run: pnpm bench --record\n`);
      return 1;
    }
    console.log(
      `\n${compare(
        before,
        entry,
        entrants.map(({ name }) => name),
      )}`,
    );
  }
  return failures === 0 ? 0 : 1;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else process.exitCode = await run(options);
} catch (error) {
  say(`${(error as Error).message}\npnpm bench --help shows the options\n`);
  process.exitCode = 2;
}
