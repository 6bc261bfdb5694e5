import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { leftAfter, processesWith } from "../hostile/worker-tree.js";
import { LIVES } from "./doomed-contract.js";
import { fixture } from "./fixture.js";

/** Multiplies the bounds of time. For machines that are slower, or shared, than those the bounds were set on. */
const TOLERANCE = Number(process.env.OUTRIGGER_TOLERANCE ?? 1);
const LEFT_AFTER_MS = 2_000;

const HOST_PROCESSES = 1;
const CHILDREN = LIVES.filter((life) => life.includes("child")).length;

/** Ticks of processor time a process has used in user mode. */
const ticks = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[11]);

test.runIf(process.platform === "linux").each(["default", "on", "off"])(
  `kill -9 of the host: ${LEFT_AFTER_MS} ms later nothing is left of workers that idle, run a call, hang, or have children; guard %s`,
  async (guard) => {
    const token = `doomed-${randomUUID()}`;
    const host = spawn(process.execPath, [fileURLToPath(fixture("killed-host"))], {
      env: { ...process.env, DOOMED_TOKEN: token, DOOMED_GUARD: guard },
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
    await once(host.stdio[3] as NodeJS.ReadableStream, "data");
    const alive = processesWith(token);
    expect(alive).toHaveLength(HOST_PROCESSES + LIVES.length + CHILDREN);
    const before = new Map(alive.map(({ pid }) => [pid, ticks(pid)]));
    await expect
      .poll(() => alive.filter(({ pid }) => ticks(pid) - (before.get(pid) as number) > 5).length, { timeout: 10_000 })
      .toBe(LIVES.filter((life) => life.startsWith("hung")).length);

    const exit = once(host, "exit");
    host.kill("SIGKILL");
    await exit;
    const started = performance.now();
    const left = await leftAfter(token, LEFT_AFTER_MS * TOLERANCE);
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    expect(left).toEqual([]);
    console.log(`nothing left after ${Math.round(performance.now() - started)} ms`);
  },
);
