import { describe, expect, it } from "vitest";
import { compare, findEntry, toEntry } from "./history.js";
import { parseOptions } from "./options.js";
import type { BenchPeer } from "./peers.js";
import { tabulate } from "./results.js";
import { quantile, spread } from "./statistics.js";
import { markdownTable, textTable } from "./tables.js";
import type { Workload } from "./workload.js";

const peers: BenchPeer[] = ["floor", "quick", "mute"].map((name) => ({ name, kind: "process", note: "" }));
const workload: Workload = {
  name: "calls",
  metrics: [{ name: "rate", title: "calls", unit: "calls/s", better: "higher" }],
  run: async () => undefined,
};
const series = (peer: string, ...rates: (number | null)[]) => ({
  peer,
  workload: "calls",
  rounds: rates.map((rate) => (rate === null ? null : { rate })),
});
const run = { commit: "abc1234567", dirty: false, date: "2026-01-01", node: "24.1.0", placement: "shared", rounds: 3 };
const rows = (...quick: (number | null)[]) =>
  tabulate(
    [series("floor", 100, 200, 400), series("quick", ...quick), series("mute", null)],
    [workload],
    peers,
    "floor",
  );

describe("figures", () => {
  it("quantiles lie between the values", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([5], 0.99)).toBe(5);
  });

  it("spread is half the range as a share of the median", () => expect(spread([90, 100, 130])).toBe(0.2));

  it("a ratio is the median of each round's own ratio, so that noise both meet cancels", () => {
    expect(rows(150, 300, 600)[0]?.figures.get("quick")).toEqual({ median: 300, spread: 0.75, ratio: 1.5 });
  });

  it("a failed round leaves its ratio out", () => {
    expect(rows(null, 400, 600)[0]?.figures.get("quick")?.ratio).toBe(1.75);
  });
});

describe("tables", () => {
  it("the best comes first, and who cannot do it last", () => {
    const lines = textTable(rows(150, 300, 600), peers).split("\n");
    expect(lines.map((line) => line.trim().split(" ")[0])).toEqual(["calls", "quick", "floor", "mute"]);
    expect(lines[3]).toMatch(/mute +–$/);
  });

  it("Markdown has a column for each peer", () => {
    expect(markdownTable(rows(150, 300, 600), peers, "floor").split("\n")).toEqual([
      "| workload | floor | quick | mute |",
      "| --- | ---: | ---: | ---: |",
      "| calls, calls/s ↑ | 200 | 1.50 (300) | – |",
    ]);
  });
});

describe("history", () => {
  const entry = toEntry(rows(150, 300, 600), run);

  it("keeps medians and ratios by row and peer", () => {
    expect(entry.ratios).toEqual({ "calls/rate": { floor: 1, quick: 1.5 } });
    expect(entry.medians).toEqual({ "calls/rate": { floor: 200, quick: 300 } });
  });

  it("finds a commit by its beginning, of the same Node and placement only", () => {
    expect(findEntry([entry], "abc12", run)).toBe(entry);
    expect(findEntry([entry], "abc12", { ...run, node: "20.1.0" })).toBeUndefined();
    expect(findEntry([entry], "abc12", { ...run, placement: "free" })).toBeUndefined();
    expect(findEntry([entry], "def", run)).toBeUndefined();
  });

  it("tells how the ratios moved", () => {
    expect(compare(entry, toEntry(rows(180, 360, 720), run), ["quick"])).toMatch(/\+20%.*1\.50× → 1\.80×.*quick/);
  });
});

describe("options", () => {
  it("the floor always runs", () => expect(parseOptions(["--only", "birpc"]).peers).toEqual(["floor", "birpc"]));

  it("a star stands for all that begin so", () =>
    expect(parseOptions(["--", "--workload", "json*"]).workloads).toEqual([
      "json-10k-ascii",
      "json-10k-non-ascii",
      "json-10k-unlike",
    ]));

  it.each([
    [["--only", "grpc"], /--only: expected some of floor, .*; got grpc/],
    [["--rounds", "none"], /--rounds: expected a number above 0, got none/],
    [["--placement", "moon"], /--placement: expected shared or free, got moon/],
    [["--fast"], /--fast/],
  ])("%j is refused", (args, message) => expect(() => parseOptions(args)).toThrow(message));
});
