import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Attack, AttackReport } from "./attack.js";
import { type AttackCase, attackCases } from "./attack-cases.js";
import { attackHost } from "./host-process.js";
import { leftAfter } from "./worker-tree.js";

const MIB = 1 << 20;

/** Multiplies the bounds of time. For machines that are slower, or shared, than those the bounds were set on. */
const TOLERANCE = Number(process.env.OUTRIGGER_TOLERANCE ?? 1);
/** What a flood sends; `pnpm hostile --full` sends ten million. */
const SCALE = Number(process.env.HOSTILE_SCALE ?? 300_000);
const MESSAGE_BYTES = 4 * MIB;

const LOOP_P99_MS = 20;
const LEFT_AFTER_MS = 2_000;
/** What is held when the garbage is collected. */
const HELD_GROWTH = 2 * MESSAGE_BYTES;
/** With the garbage of a moment: V8 lets 64 MiB of buffers pile up before it looks. */
const PEAK_GROWTH = 2 * MESSAGE_BYTES + 128 * MIB;
const WITHIN_MS = 2_000 + SCALE / 20;
/** Time is measured this often at most: a busy machine only ever adds to it, so the best of them counts. */
const ATTEMPTS = 3;

const untilOf = ({ outcome }: AttackCase): Attack["until"] => {
  if (typeof outcome === "string") return "finished";
  if ("crash" in outcome) return "crash";
  // Each of these takes its timeout, so one has to do.
  return "start" in outcome && outcome.start === "initialize-timeout" ? "crash" : "failed";
};

async function attack(file: string, mode: string, attackCase: AttackCase): Promise<AttackReport> {
  const token = `hostile-${randomUUID()}`;
  const outcome = await attackHost(file, {
    ...{ mode, token, messageBytes: MESSAGE_BYTES, scale: SCALE, until: untilOf(attackCase) },
    withinMs: attackCase.withinMs ?? WITHIN_MS,
    unresponsiveAfterMs: attackCase.unresponsiveAfterMs,
  });
  expect(outcome, "the host lives").toMatchObject({ code: 0, signal: null });
  expect(outcome.stderr, "the host has nothing to complain of").toBe("");
  const left = await leftAfter(token, attackCase.escapes === true ? 0 : LEFT_AFTER_MS * TOLERANCE);
  for (const { pid } of left) process.kill(pid, "SIGKILL");
  if (attackCase.escapes === true) expect(left.length, "left in a session of its own").toBeLessThanOrEqual(2);
  else expect(left, "processes left").toEqual([]);
  return outcome.report as AttackReport;
}

function checkPromises(report: AttackReport): void {
  const { neighbour, calls, memory } = report;
  expect(neighbour, "the other worker answers throughout").toMatchObject({ right: neighbour.calls, wrong: [] });
  expect(neighbour.calls).toBeGreaterThan(0);
  expect(calls, "every call settles, none with another's answer").toMatchObject({ settled: calls.made, wrong: 0 });
  expect(Object.keys(calls.codes).filter((code) => code.startsWith("not an RpcError"))).toEqual([]);
  expect(report.stop).toBe("stopped");
  expect(memory.heldGrowth, "memory held").toBeLessThanOrEqual(HELD_GROWTH);
  expect(memory.peakGrowth, "memory in the moment").toBeLessThanOrEqual(PEAK_GROWTH);
  expect(report.leftDescriptors, "descriptors left").toBe(0);
}

function checkOutcome(report: AttackReport, { outcome }: AttackCase): void {
  const { crashes, status } = report;
  const shown = JSON.stringify(report, null, 1);
  if (typeof outcome === "string") {
    expect(crashes, shown).toEqual([]);
    expect(report, shown).toMatchObject({ start: null, status: "running", serves: outcome === "serves" });
  } else if ("crash" in outcome) {
    expect(crashes[0], shown).toBe(outcome.crash);
    expect(report, shown).toMatchObject({ start: null, serves: true });
  } else {
    const reason = "start" in outcome ? outcome.start : outcome.givenUp;
    expect(new Set(crashes), shown).toEqual(new Set([reason]));
    expect(crashes.length, "restarts are bounded").toBeLessThanOrEqual(4);
    expect(report.start, shown).toBe("start" in outcome ? reason : null);
    if ("givenUp" in outcome) expect(status).toBe("failed");
  }
}

/** What is not in time; a message that is heavy is one block, a flood is to leave room between. */
function late({ loop }: AttackReport, { blockMs }: AttackCase): string[] {
  const found: string[] = [];
  if (blockMs === undefined && loop.ownP99 > LOOP_P99_MS * TOLERANCE) found.push(`loop delay p99 ${loop.ownP99} ms`);
  if (blockMs !== undefined && loop.ownMax > blockMs * TOLERANCE) found.push(`the loop stood for ${loop.ownMax} ms`);
  return found;
}

// The tree of a worker is looked up in /proc.
const canLook = existsSync("/proc/self/environ");
for (const [file, modes] of Object.entries(attackCases)) {
  describe.runIf(canLook)(file, () => {
    test.each(Object.entries(modes))("%s", { timeout: 60_000 + ATTEMPTS * WITHIN_MS }, async (mode, attackCase) => {
      let found: string[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const report = await attack(file, mode, attackCase);
        checkPromises(report);
        checkOutcome(report, attackCase);
        found = late(report, attackCase);
        if (process.env.HOSTILE_REPORT !== undefined) console.log(line(mode, report));
        if (found.length === 0) break;
      }
      expect(found).toEqual([]);
    });
  });
}

/** The figures of one attack, for docs/guarantees.md. */
function line(mode: string, { loop, memory, neighbour }: AttackReport): string {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  return `${mode} | p99 ${loop.ownP99.toFixed(1)} ms, longest ${loop.ownMax.toFixed(0)} ms (with other programs: ${loop.p99.toFixed(1)}, ${loop.max.toFixed(0)}) | held ${mib(memory.heldGrowth)} MiB, peak ${mib(memory.peakGrowth)} MiB | neighbour ${neighbour.calls} calls, slowest ${neighbour.slowestMs.toFixed(0)} ms`;
}
