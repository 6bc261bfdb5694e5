import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { systemClock } from "@outrigger/protocol";

/**
 * The reaper, in POSIX sh: `+ 123` and `- 123` tell which process groups there are; those left at the end of its stdin,
 * which comes however the host died, are ended after the second in which a worker that does not hang ends by itself.
 * No `--` before the group: dash takes it for a process.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT TERM QUIT
groups=' '
while read -r change id; do
  case $change in
    +) groups="$groups$id " ;;
    -) case $groups in *" $id "*) groups="\${groups%%" $id "*} \${groups#*" $id "}" ;; esac ;;
  esac
done
[ "$groups" = ' ' ] && exit
sleep 1
for id in $groups; do kill -KILL "-$id"; done
`;

/** How long a reaper without groups stays, and the least time from the death of one to the start of the next, ms. */
const IDLE_MS = 10_000;
const REVIVAL_MS = 1_000;
/** What may wait for a reaper that does not read, as one that was stopped, bytes. */
const UNREAD_BYTES = 1 << 16;

/** A process group that is to end with this process. */
export interface Reaping {
  /** Whether a reaper that lives knows of it. If not, it is told to the next one, but whether there will be one is unknown. */
  readonly watched: boolean;
  /** For when the group is gone. */
  release(): void;
}

const groups = new Set<number>();
let reaper: ChildProcess | undefined;
let cancelRetirement: (() => void) | undefined;
let revival: (() => void) | undefined;

/**
 * Has a process group killed about a second after this process is gone, however it went: by one `/bin/sh` for all of them,
 * which keeps nothing alive and ends with this process. On POSIX only. Never throws.
 * @param pid the leader of the group
 */
export function reapWithHost(pid: number): Reaping {
  // 0 and 1 name the reaper's own group and everything there is.
  if (process.platform === "win32" || !Number.isSafeInteger(pid) || pid <= 1) return { watched: false, release() {} };
  cancelRetirement?.();
  groups.add(pid);
  if (reaper !== undefined) tell(reaper, `+ ${pid}\n`);
  else if (revival === undefined) start();
  let held = true;
  return {
    watched: reaper !== undefined,
    release() {
      if (!held) return;
      held = false;
      groups.delete(pid);
      if (reaper !== undefined) tell(reaper, `- ${pid}\n`);
      if (groups.size === 0) cancelRetirement = systemClock.setTimer(retire, IDLE_MS, true);
    },
  };
}

/** Starts one that knows of all groups; when that fails, there is none. */
function start(): void {
  try {
    const child = spawn("/bin/sh", ["-c", REAPER_SCRIPT, "outrigger-reaper"], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["pipe", "ignore", "ignore"],
      // A session of its own: Ctrl-C on the host's terminal does not reach it.
      detached: true,
    });
    child.on("error", () => {});
    child.stdin?.on("error", () => {});
    if (child.pid === undefined) return;
    child.on("exit", () => {
      if (reaper !== child) return;
      reaper = undefined;
      revive();
    });
    child.unref();
    (child.stdin as Socket).unref();
    reaper = child;
    tell(child, [...groups].map((id) => `+ ${id}\n`).join(""));
  } catch {
    // The system forbids it.
  }
}

/** After a while, so that one which cannot live does not cost all of this process's time. */
function revive(): void {
  const again = (): void => {
    revival = undefined;
    if (groups.size === 0) return;
    start();
    if (reaper === undefined) revive();
  };
  revival = systemClock.setTimer(again, REVIVAL_MS, true);
}

function retire(): void {
  const { stdin } = reaper ?? {};
  reaper = undefined;
  stdin?.end();
}

function tell(child: ChildProcess, changes: string): void {
  child.stdin?.write(changes);
  if ((child.stdin?.writableLength ?? 0) > UNREAD_BYTES) child.kill("SIGKILL");
}
