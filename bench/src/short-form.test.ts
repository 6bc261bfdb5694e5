import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { shortBudget } from "./budget.js";
import { peers } from "./peers.js";
import { runCell } from "./run-cell.js";
import { workloads } from "./workloads.js";

// In the package, so that workers find what they import.
const folder = fileURLToPath(new URL(`../.fixtures/${process.pid}`, import.meta.url));
const build = fileURLToPath(new URL("../build.mjs", import.meta.url));
const all = workloads.map(({ name }) => name);

const toHost = ["to-host-1", "to-host-64", "events"];
const cannot: { readonly [peer: string]: readonly string[] } = {
  "raw-pipe": ["json-10k-ascii", "json-10k-non-ascii", "json-10k-unlike", ...toHost, "stream"],
  "json-rpc-2.0": ["stream"],
  tinypool: [...toHost, "stream"],
  "jest-worker": toHost,
  workerpool: toHost,
  piscina: [...toHost, "stream", "memory"],
  comlink: ["stream", "memory"],
};

describe.concurrent("every adapter answers every workload correctly", () => {
  execFileSync(process.execPath, [build, folder]);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(peers)("$name", { timeout: 60_000 }, async ({ name }) => {
    const result = await runCell(folder, [], { peer: name, workloads: all, budget: shortBudget }, 50_000);
    if ("failure" in result) throw new Error(result.failure);
    const unsupported = all.filter((workload) => result.answer[workload] === null);
    // Where there is no /proc, nobody's memory can be told.
    const expected = process.platform === "linux" ? (cannot[name] ?? []) : [...(cannot[name] ?? []), "memory"];
    expect(new Set(unsupported)).toEqual(new Set(expected));
    for (const workload of workloads) {
      for (const [metric, value] of Object.entries(result.answer[workload.name] ?? {})) {
        expect(value, `${workload.name}, ${metric}`).toBeGreaterThan(0);
      }
    }
  });
});
