import { fork } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import type { Attack, AttackReport } from "./attack.js";

const worker = (name: string): string => join(import.meta.dirname, "workers", `${name}.mjs`);

/** What became of a host: its report, or how it died. */
export interface HostOutcome {
  readonly report: AttackReport | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs an attack on a host in a process of its own: a host that crashes is a failed test, not a crash of the tests. */
export function attackHost(file: string, attack: Omit<Attack, "goodEntry" | "entry">): Promise<HostOutcome> {
  return new Promise((resolve) => {
    const host = fork(inject("hostProgram"), {
      execArgv: ["--expose-gc", "--max-semi-space-size=1"],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    let report: AttackReport | undefined;
    let stderr = "";
    host.stderr?.on("data", (text) => {
      stderr = `${stderr}${text}`.slice(-4_000);
    });
    host.on("message", (message) => {
      report = message as AttackReport;
    });
    const tooLong = setTimeout(() => host.kill("SIGKILL"), attack.withinMs + 30_000);
    host.on("exit", (code, signal) => {
      clearTimeout(tooLong);
      resolve({ report, code, signal, stderr });
    });
    const message: Attack = { ...attack, goodEntry: worker("good-worker"), entry: worker(file) };
    host.send(message);
  });
}
