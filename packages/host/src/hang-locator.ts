import { execFile } from "node:child_process";
import { HANG_MARK, type HangReport, MAX_HANG_LINE, parseHangReport } from "@outrigger/protocol";
import { reportOf, type StallFacts } from "./hang-finder.js";
import { INSPECTOR, LOCATOR_SOURCE } from "./locator-source.js";

/** Processes that look for places at once, of all hosts together. Who finds no place asks again when its stall has doubled. */
const AT_ONCE = 4;
/** How long one may take, ms. */
const PATIENCE_MS = 10_000;

let running = 0;

/** Asks the inspector at `url` where its main thread stands, by a process of its own. Never rejects. */
export async function locateHang(url: string, facts: StallFacts, signal: AbortSignal): Promise<HangReport> {
  const nowhere = (why: string) => reportOf(facts, `the place is unknown: ${why}`);
  if (running >= AT_ONCE) return nowhere(`those of ${AT_ONCE} other workers are being looked for`);
  const stdout = await runLocator(url, signal);
  if (stdout === "") return nowhere("its inspector did not answer");
  // What comes from a plugin's process is checked like a report of its own.
  const found = parseHangReport(`${HANG_MARK}"stalledMs":0,${stdout.slice(1)}`);
  if (found === undefined) return nowhere("its inspector answered something else");
  const { stalledMs, cpu, rssBytes } = facts;
  const memory = rssBytes === undefined ? undefined : { ...found.memory, rss: rssBytes };
  return { ...found, stalledMs, cpu, memory };
}

function runLocator(url: string, signal: AbortSignal): Promise<string> {
  // A global WebSocket came with Node 22.
  const flags = Number.parseInt(process.versions.node, 10) < 22 ? ["--experimental-websocket"] : [];
  const args = [...flags, "--no-warnings", "--max-old-space-size=128", "-e", LOCATOR_SOURCE];
  // Not an argument: those are read by any user of the machine.
  const env = { [INSPECTOR]: url };
  const options = { env, timeout: PATIENCE_MS, killSignal: "SIGKILL", maxBuffer: 4 * MAX_HANG_LINE } as const;
  running++;
  return new Promise((resolve) => {
    const done = (stdout: string): void => {
      running--;
      resolve(stdout);
    };
    try {
      execFile(process.execPath, args, { ...options, windowsHide: true, signal }, (_error, stdout) => done(stdout));
    } catch {
      done("");
    }
  });
}
