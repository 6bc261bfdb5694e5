import { describe, expect, it } from "vitest";
import { DEFAULT_RESTART_POLICY } from "./restart-policy.js";
import { DEFAULT_SHUTDOWN_BUDGET } from "./shutdown-plan.js";
import type { Effect, LifecycleEvent, LifecycleSettings, WorkerExit, WorkerState } from "./state-types.js";
import { INITIAL_STATE, transition } from "./worker-state.js";

const settings: LifecycleSettings = {
  initializeTimeoutMs: 15_000,
  shutdown: DEFAULT_SHUTDOWN_BUDGET,
  restart: DEFAULT_RESTART_POLICY,
};
const exit = (over: Partial<WorkerExit> = {}): WorkerExit => ({
  reason: { reason: "signal", signal: "SIGKILL" },
  code: null,
  signal: "SIGKILL",
  message: "worker w: killed",
  ...over,
});

/** Drives the table, and remembers all it asked for. */
function machine(overrides: Partial<LifecycleSettings> = {}) {
  let state: WorkerState = INITIAL_STATE;
  let now = 0;
  const all: Effect[] = [];
  const own = { ...settings, ...overrides };
  const feed = (event: LifecycleEvent, upcoming = own): string[] => {
    const result = transition(state, event, { settings: own, upcoming, now, random: 0.5 });
    state = result.state;
    all.push(...result.effects);
    return result.effects.map(brief);
  };
  const process = (type: "launched" | "ready" | "shutdown-refused", incarnation = state.incarnation) =>
    feed({ type, incarnation });
  return {
    get state() {
      return state;
    },
    all,
    feed,
    process,
    start: () => feed({ type: "start" }),
    stop: () => feed({ type: "stop" }),
    restart: (isRedefined = false) => feed({ type: "restart", isRedefined }),
    timer: (serial = state.timerSerial) => feed({ type: "timer", serial }),
    /** Its delay is over, and its turn comes. */
    backoffOver() {
      feed({ type: "timer", serial: state.timerSerial });
      return feed({ type: "timer", serial: state.timerSerial });
    },
    exited: (over: Partial<WorkerExit> = {}, incarnation = state.incarnation) =>
      feed({ type: "exited", incarnation, exit: exit(over) }),
    broken: (cause: "lost" | "kill" | "terminate", incarnation = state.incarnation) =>
      feed({ type: "broken", incarnation, cause }),
    running() {
      feed({ type: "start" });
      process("launched");
      process("ready");
      return this;
    },
    after(ms: number) {
      now += ms;
      return this;
    },
    launches: () => all.filter((effect) => effect.type === "launch").length,
  };
}

/** An effect in a few words: what the tests below are written in. */
function brief(effect: Effect): string {
  switch (effect.type) {
    case "arm":
      return `arm ${effect.timer} ${effect.afterMs}`;
    case "shutdown":
      return `shutdown within ${effect.withinMs}`;
    case "signal":
      return effect.signal;
    case "settle":
      return `${effect.operation}: done`;
    case "refuse":
      return `${effect.operation}: ${effect.why}`;
    case "emit": {
      const { notice } = effect;
      if (notice.event === "status") return `-> ${notice.status}`;
      if (notice.event === "crash") return `crash, ${notice.restartInMs ?? "no restart"}`;
      if (notice.event === "failed") return `failed: ${notice.why}`;
      return notice.event;
    }
    case "disarm":
    case "queue":
      return effect.type;
    default:
      return `${effect.type} ${effect.incarnation}`;
  }
}

describe("start", () => {
  it("launches, shakes hands, and is settled when the worker serves", () => {
    const worker = machine();
    expect(worker.start()).toEqual(["-> starting", "arm initialize 15000", "launch 1"]);
    expect(worker.process("launched")).toEqual(["handshake 1"]);
    expect(worker.process("ready")).toEqual(["-> running", "arm stable 60000", "ready", "start: done"]);
  });
  it("callers share the start in flight; a running worker is started already", () => {
    const worker = machine();
    worker.start();
    expect(worker.start()).toEqual([]);
    expect(worker.restart()).toEqual([]);
    worker.process("launched");
    expect(worker.start()).toEqual([]);
    worker.process("ready");
    expect(worker.start()).toEqual(["start: done"]);
    expect(worker.launches()).toBe(1);
  });
  it("that fails is a crash, rejects its callers and is retried by the policy", () => {
    const worker = machine();
    worker.start();
    expect(worker.exited()).toEqual([
      ...["disarm", "bury 1", "-> crashed", "exit", "crash, 1000", "-> backoff", "arm backoff 1000"],
      "start: start-failed",
    ]);
    expect(worker.timer()).toEqual(["queue"]);
    expect(worker.timer()).toEqual(["-> starting", "arm initialize 15000", "launch 2"]);
    expect(worker.exited()).toContain("crash, 2000");
  });
  it("that cannot succeed is given up, and a start by hand brings it back with a full allowance", () => {
    const worker = machine();
    worker.start();
    worker.process("launched");
    const reason = { reason: "handshake-mismatch", message: "version" } as const;
    worker.broken("terminate");
    expect(worker.exited({ reason })).toEqual(
      expect.arrayContaining(["crash, no restart", "-> failed", "failed: not-retryable", "start: start-failed"]),
    );
    expect(worker.start()).toContain("launch 2");
    expect(worker.state.history).toEqual({ recent: [], waitedMs: 0, consecutive: 0, total: 1 });
  });
  it("that outlasts its timeout is ended, blamed and retried", () => {
    const worker = machine();
    worker.start();
    worker.process("launched");
    expect(worker.timer()).toEqual(["blame 1", "-> crashed", "arm shutdown 5000", "SIGTERM"]);
    expect(worker.exited()).toContain("arm backoff 1000");
  });
  it("works in backoff, and its timer does not start a second process", () => {
    const worker = machine().running();
    worker.exited();
    const stale = worker.state.timerSerial;
    expect(worker.start()).toContain("launch 2");
    expect(worker.timer(stale)).toEqual([]);
  });
  it("works in the queue of restarts, and so does stop; the turn that comes later changes nothing", () => {
    const worker = machine().running();
    worker.exited();
    worker.timer();
    const turn = worker.state.timerSerial;
    expect(worker.start()).toContain("launch 2");
    expect(worker.timer(turn)).toEqual([]);
    worker.exited();
    worker.timer();
    expect(worker.stop()).toEqual(["disarm", "-> stopped", "stop: done"]);
    expect(worker.timer(worker.state.timerSerial - 1)).toEqual([]);
    expect(worker.launches()).toBe(2);
  });
  it.each(["launching", "handshaking"])(
    "with other options ends a start that is %s, and its callers wait for the next",
    (phase) => {
      const worker = machine();
      worker.start();
      if (phase === "handshaking") worker.process("launched");
      expect(worker.restart()).toEqual([]);
      expect(worker.restart(true)).toEqual(["-> stopping", "arm shutdown 5000", "SIGTERM"]);
      expect(worker.exited()).toContain("launch 2");
      worker.process("launched");
      expect(worker.process("ready")).toContain("start: done");
    },
  );
  it("new settings are those of the next process: the one that runs is judged by its own", () => {
    const worker = machine({ initializeTimeoutMs: 100 }).running();
    const upcoming = { ...settings, initializeTimeoutMs: 200 };
    worker.feed({ type: "restart", isRedefined: true }, upcoming);
    expect(worker.feed({ type: "exited", incarnation: 1, exit: exit() }, upcoming)).toContain("arm initialize 200");
    expect(worker.feed({ type: "timer", serial: worker.state.timerSerial }, upcoming)).toContain("blame 2");
    expect(worker.all.find((effect) => effect.type === "blame")).toMatchObject({ cause: { timeoutMs: 100 } });
  });
});

describe("stop", () => {
  it("asks, waits for the exit, and only then escalates", () => {
    const worker = machine().running();
    expect(worker.stop()).toEqual(["-> stopping", "arm shutdown 10000", "shutdown within 10000"]);
    expect(worker.timer()).toEqual(["arm shutdown 5000", "SIGTERM"]);
    expect(worker.timer()).toEqual(["arm shutdown 2000", "SIGKILL"]);
    expect(worker.exited()).toEqual(["disarm", "bury 1", "exit", "-> stopped", "stop: done"]);
  });
  it("does not wait for a worker that cannot be asked", () => {
    const worker = machine().running();
    worker.stop();
    expect(worker.process("shutdown-refused")).toEqual(["arm shutdown 5000", "SIGTERM"]);
    expect(worker.process("shutdown-refused")).toEqual([]);
  });
  it.each(["launching", "handshaking"])("cancels a start that is %s: it never becomes ready", (phase) => {
    const worker = machine();
    worker.start();
    if (phase === "handshaking") worker.process("launched");
    expect(worker.stop()).toEqual(["start: stopped", "-> stopping", "arm shutdown 5000", "SIGTERM"]);
    expect(worker.process("launched")).toEqual([]);
    expect(worker.process("ready")).toEqual([]);
    expect(worker.exited()).toContain("stop: done");
    expect(worker.state.status).toBe("stopped");
  });
  it("of a process that never came to be is done at once", () => {
    const worker = machine();
    worker.start();
    worker.exited({ reason: { reason: "spawn-failed", message: "ENOENT" } });
    expect(worker.stop()).toEqual(["disarm", "-> stopped", "stop: done"]);
  });
  it("cancels a pending restart", () => {
    const worker = machine().running();
    worker.exited();
    const stale = worker.state.timerSerial;
    expect(worker.stop()).toEqual(["disarm", "-> stopped", "stop: done"]);
    expect(worker.timer(stale)).toEqual([]);
    expect(worker.launches()).toBe(1);
  });
  it("wins over a restart, whichever came first", () => {
    const first = machine().running();
    first.stop();
    expect(first.restart()).toEqual(["start: stopping"]);
    first.exited();
    const second = machine().running();
    second.restart();
    expect(second.stop()).toEqual(["start: stopped"]);
    second.exited();
    for (const worker of [first, second]) {
      expect(worker.state.status).toBe("stopped");
      expect(worker.launches()).toBe(1);
    }
  });
  it("of a crashing worker leaves it down, and the crash is still told", () => {
    const worker = machine().running();
    worker.broken("lost");
    expect(worker.stop()).toEqual(["start: stopped", "-> stopping"]);
    expect(worker.exited()).toEqual(["disarm", "bury 1", "exit", "crash, no restart", "-> stopped", "stop: done"]);
  });
  it("refuses to call a process gone that outlived SIGKILL, and no second one starts beside it", () => {
    const worker = machine().running();
    worker.stop();
    worker.timer();
    worker.timer();
    expect(worker.timer()).toEqual([
      ...["disarm", "-> failed", "failed: still-alive", "start: still-alive", "stop: still-alive"],
    ]);
    expect(worker.start()).toEqual(["start: still-alive"]);
    expect(worker.stop()).toEqual(["-> stopping", "arm shutdown 2000", "SIGKILL"]);
    expect(worker.exited()).toContain("stop: done");
  });
});

describe("restart", () => {
  it("starts the next process when the last one is gone, never before", () => {
    const worker = machine().running();
    expect(worker.restart()).toEqual(["-> stopping", "arm shutdown 10000", "shutdown within 10000"]);
    expect(worker.launches()).toBe(1);
    expect(worker.exited()).toEqual([
      ...["disarm", "bury 1", "exit", "-> starting", "arm initialize 15000", "launch 2"],
    ]);
    expect(worker.start()).toEqual([]);
  });
  it("is no crash", () => {
    const worker = machine().running();
    worker.restart();
    worker.exited();
    expect(worker.state.history.total).toBe(0);
  });
});

describe("crash", () => {
  it("a channel that ends is a crash; the process gets a moment to exit by itself, then it is ended", () => {
    const worker = machine().running();
    expect(worker.broken("lost")).toEqual(["-> crashed", "arm shutdown 500"]);
    expect(worker.timer()).toEqual(["arm shutdown 5000", "SIGTERM"]);
    expect(worker.exited()).toEqual(expect.arrayContaining(["crash, 1000", "-> backoff"]));
  });
  it("a broken protocol is not asked to leave, not even while it drains", () => {
    expect(machine().running().broken("kill")).toContain("SIGKILL");
    const draining = machine().running();
    draining.stop();
    expect(draining.broken("kill")).toEqual(["arm shutdown 2000", "SIGKILL"]);
    expect(draining.exited()).toContain("stop: done");
  });
  it("B1: a worker that dies soon after each good start is not restarted for ever", () => {
    const worker = machine().running();
    const delays: string[] = [];
    while (worker.state.status !== "failed" && worker.launches() < 100) {
      const effects = worker.after(30).exited();
      delays.push(effects.find((effect) => effect.startsWith("crash")) as string);
      worker.backoffOver();
      worker.process("launched");
      worker.process("ready");
    }
    expect(delays.slice(0, 4)).toEqual(["crash, 1000", "crash, 2000", "crash, 4000", "crash, 8000"]);
    expect(worker.launches()).toBe(10);
  });
  it("only a stable uptime makes the next crash the first again", () => {
    const worker = machine().running();
    worker.exited();
    worker.backoffOver();
    worker.process("launched");
    worker.process("ready");
    expect(worker.state.history.consecutive).toBe(1);
    expect(worker.after(60_000).timer()).toEqual([]);
    expect(worker.exited()).toContain("crash, 1000");
  });
  it("B3: an exit during the handshake is told once and leaves one status", () => {
    const worker = machine();
    worker.start();
    worker.process("launched");
    worker.exited();
    expect(worker.state.status).toBe("backoff");
    expect(worker.broken("lost")).toEqual([]);
    expect(worker.exited()).toEqual([]);
    expect(worker.state.history.total).toBe(1);
  });
  it("a start during the crash waits for the process to be gone", () => {
    const worker = machine().running();
    worker.broken("lost");
    expect(worker.start()).toEqual([]);
    expect(worker.launches()).toBe(1);
    expect(worker.exited()).toEqual(expect.arrayContaining(["crash, 0", "launch 2"]));
  });
});

describe("an older process", () => {
  it("changes nothing, whatever it does", () => {
    const worker = machine().running();
    worker.restart();
    worker.exited();
    worker.process("launched");
    worker.process("ready");
    const before = worker.state;
    for (const late of [
      () => worker.process("ready", 1),
      () => worker.process("shutdown-refused", 1),
      () => worker.broken("kill", 1),
      () => worker.exited({}, 1),
    ]) {
      expect(late()).toEqual([]);
      expect(worker.state).toEqual(before);
    }
  });
});

describe("a closing host", () => {
  it("starts nothing any more", () => {
    const worker = machine().running();
    worker.feed({ type: "close" });
    expect(worker.start()).toEqual(["start: closing"]);
    expect(worker.restart()).toEqual(["start: closing"]);
    worker.exited();
    expect(worker.start()).toEqual(["start: closing"]);
    expect(worker.launches()).toBe(1);
  });
});
