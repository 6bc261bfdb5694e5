import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path/win32";

/** What a process takes of the machine. */
export interface ProcessUsage {
  /** Resident memory, bytes. */
  readonly rssBytes: number;
  /** Processor time since its start, ms; `undefined` where the system does not tell it in passing. */
  readonly cpuMs: number | undefined;
}

/** How long `ps` or `tasklist` may take, ms. */
const COMMAND_MS = 5_000;
/** What Linux counts processor time in, on all machines Node runs on. */
const MS_PER_TICK = 10;

/** Looking at a process costs next to nothing: no other process is started for it. */
export const isUsageCheap = process.platform === "linux";

/**
 * Measures a process from outside, what it started not included. `undefined` when it is gone, or cannot be measured here.
 * Never rejects.
 */
export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    if (process.platform === "linux") return fromProc(pid);
    return process.platform === "win32" ? await fromTasklist(pid) : await fromPs(pid);
  } catch {
    return undefined;
  }
}

/** At once: these files are no disk's, and a pool of threads that the host's own work keeps busy would be late. */
function fromProc(pid: number): ProcessUsage | undefined {
  // `status` tells kilobytes, where `statm` tells pages, whose size Node does not know.
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  // A process that ended, but was not waited for yet, has none.
  if (kilobytes === undefined) return undefined;
  // The command's name may hold anything, so what follows its last bracket counts.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return { rssBytes: Number(kilobytes) * 1024, cpuMs: (user + system) * MS_PER_TICK };
}

async function fromPs(pid: number): Promise<ProcessUsage | undefined> {
  const [rss, time] = (await output("ps", ["-o", "rss=", "-o", "time=", "-p", String(pid)])).trim().split(/\s+/);
  if (rss === undefined || !/^\d+$/.test(rss)) return undefined;
  return { rssBytes: Number(rss) * 1024, cpuMs: time === undefined ? undefined : durationMs(time) };
}

async function fromTasklist(pid: number): Promise<ProcessUsage | undefined> {
  const tasklist = join(process.env.SystemRoot ?? "C:\\Windows", "System32", "tasklist.exe");
  const line = await output(tasklist, ["/fi", `PID eq ${pid}`, "/fo", "csv", "/nh"]);
  // "node.exe","4711","Console","1","45,312 K", with the separators of the user's language.
  const memory = line.trim().match(/"([^"]*)"/g)?.[4];
  const kilobytes = memory?.replace(/\D/g, "");
  return kilobytes ? { rssBytes: Number(kilobytes) * 1024, cpuMs: undefined } : undefined;
}

/** `[[dd-]hh:]mm:ss[.ff]` of ps. */
export function durationMs(time: string): number | undefined {
  const match = /^(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(time);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000);
}

function output(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { windowsHide: true, timeout: COMMAND_MS, env: { ...process.env, LC_ALL: "C" } },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    );
  });
}
