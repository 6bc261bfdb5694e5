import fc from "fast-check";
import { expect, test } from "vitest";
import type { OnIgnored } from "./cancel-policy.js";
import type { OnHang } from "./liveness-state.js";
import { DEFAULT_RESTART_POLICY } from "./restart-policy.js";
import { DEFAULT_SHUTDOWN_BUDGET } from "./shutdown-plan.js";
import type {
  Effect,
  LifecycleEvent,
  LifecycleSettings,
  Notice,
  Silence,
  WorkerExit,
  WorkerState,
} from "./state-types.js";
import { INITIAL_STATE, transition } from "./worker-state.js";

const settings: LifecycleSettings = {
  initializeTimeoutMs: 15_000,
  shutdown: DEFAULT_SHUTDOWN_BUDGET,
  restart: { ...DEFAULT_RESTART_POLICY, intensity: 4, periodMs: 100_000 },
};

const reasons: WorkerExit["reason"][] = [
  { reason: "signal", signal: "SIGKILL" },
  { reason: "exit-code", code: 0 },
  { reason: "requested", code: 0, signal: null },
  { reason: "handshake-mismatch", message: "version" },
];
const ignored = { type: "cancel-ignored", method: "slow", ignoredMs: 5_000 } as const;
const silence: Silence = { silentMs: 10_000, hang: undefined, calls: [], callsInFlight: 0, usage: undefined };
const exitOf = (pick: number): WorkerExit => {
  const reason = reasons[Math.floor(pick / 10) % reasons.length] as WorkerExit["reason"];
  return { reason, code: 0, signal: null, message: reason.reason };
};

type Action = "start" | "stop" | "restart" | "close" | "timer" | "stale-timer" | "process" | "stale-process" | "wait";
interface Step {
  readonly action: Action;
  readonly pick: number;
}

const action = fc.constantFrom<Action>(
  ...(["start", "start", "stop", "restart", "timer", "timer", "stale-timer"] as const),
  ...(["process", "process", "process", "process", "process", "stale-process", "wait"] as const),
);
const steps = fc
  .array(fc.record({ action, pick: fc.nat(1_000) }), { maxLength: 60, size: "max" })
  .chain((list) =>
    fc
      .option(fc.nat(list.length), { freq: 3 })
      .map((at): Step[] => (at === null ? list : list.toSpliced(at, 0, { action: "close", pick: 0 }))),
  );

/** The model looks a hundred times a run: `expect` would take a minute. */
function must(holds: boolean, promise: string, seen?: unknown): void {
  if (!holds) throw new Error(`${promise}; seen: ${JSON.stringify(seen)}`);
}

interface Process {
  readonly incarnation: number;
  alive: boolean;
  buried: boolean;
  signal?: string;
}

/** The world around the table: processes, one timer, callers that wait. It checks what may never happen. */
function createWorld() {
  let state: WorkerState = INITIAL_STATE;
  let now = 0;
  let armed: number | undefined;
  let shown = state.status;
  /** When the crashes were that the policy answered with a restart. */
  let restartedAt: number[] = [];
  let closing = false;
  const processes: Process[] = [];
  const waiting = { start: 0, stop: 0 };
  const settled = { start: 0, stop: 0 };

  const alive = (): Process[] => processes.filter((process) => process.alive);
  const current = (): Process | undefined => processes.at(-1);

  const onNotice = (notice: Notice): void => {
    if (notice.event === "crash" && (notice.restartInMs ?? 0) > 0) restartedAt.push(now);
    if (notice.event !== "status") return;
    must(notice.previous === shown, "status events form a chain", [shown, notice]);
    must(notice.status !== shown, "a status event tells a change", notice);
    shown = notice.status;
  };

  const perform = (effect: Effect): void => {
    switch (effect.type) {
      case "launch":
        must(!closing, "a closing host launches nothing");
        must(alive().length === 0, "never two live incarnations", processes);
        must(effect.incarnation === processes.length + 1, "each process has a number of its own", effect);
        processes.push({ incarnation: effect.incarnation, alive: true, buried: false });
        break;
      case "handshake":
      case "shutdown":
      case "signal":
      case "blame":
        must(
          current()?.incarnation === effect.incarnation && current()?.alive === true,
          "effects reach the living",
          effect,
        );
        if (effect.type === "signal") (current() as Process).signal = effect.signal;
        break;
      case "bury": {
        const process = current() as Process;
        must(process.incarnation === effect.incarnation && !process.alive, "the dead are buried", effect);
        must(!process.buried, "each is buried once", effect);
        process.buried = true;
        break;
      }
      case "arm":
        must(effect.afterMs >= 0, "no timer in the past", effect);
        armed = effect.serial;
        break;
      case "queue":
        must(armed === undefined, "a place is taken when the delay is over", effect);
        armed = effect.serial;
        break;
      case "disarm":
        armed = undefined;
        break;
      case "settle":
      case "refuse":
        if (effect.type === "settle" && effect.operation === "stop") {
          must(alive().length === 0, "after stop nothing is alive", state);
        }
        settled[effect.operation] += waiting[effect.operation];
        waiting[effect.operation] = 0;
        break;
      case "emit":
        onNotice(effect.notice);
    }
  };

  const feed = (event: LifecycleEvent, random = 0.5): readonly Effect[] => {
    const result = transition(state, event, { settings, upcoming: settings, now, random });
    state = result.state;
    for (const effect of result.effects) perform(effect);
    check();
    return result.effects;
  };

  const check = (): void => {
    const { phase } = state;
    must(shown === state.status, "the status told last is the status", [shown, state]);
    must(state.incarnation === processes.length, "the latest process is the state's", state);
    must(armed === undefined || armed === state.timerSerial, "the armed timer is the current one", [armed, state]);
    const rests = phase.name === "idle" || phase.name === "stuck";
    if (rests) must(armed === undefined, "at rest every timer is cancelled", state);
    else if (phase.name !== "serving") must(armed !== undefined, "what waits has a timer", state);
    const needsProcess = phase.name !== "idle" && phase.name !== "backoff";
    must(
      alive().length === (needsProcess ? 1 : 0),
      "a process lives in every phase that has one, and in no other",
      state,
    );
    if (rests || phase.name === "backoff" || phase.name === "serving") {
      must(waiting.start === 0, "no start waits for nothing", state);
    }
    if (rests || phase.name === "backoff") must(waiting.stop === 0, "no stop waits for nothing", state);
    must(
      processes.every(({ alive, buried }) => buried !== alive),
      "the dead are buried at once",
      processes,
    );
    const { intensity, periodMs } = settings.restart;
    const recent = restartedAt.filter((at) => at > now - periodMs).length;
    must(recent < intensity, "restarts within a period are bounded", restartedAt);
  };

  const call = (type: "start" | "stop" | "restart" | "close"): void => {
    if (type !== "close" && state.status === "failed") restartedAt = [];
    if (type === "close") closing = true;
    const operation = type === "stop" || type === "close" ? "stop" : "start";
    waiting[operation]++;
    feed(type === "restart" ? { type, isRedefined: waiting[operation] % 2 === 0 } : { type });
  };

  const expire = (): void => {
    const serial = armed;
    if (serial === undefined) return;
    armed = undefined;
    now += 1_000;
    feed({ type: "timer", serial }, 0.5);
  };

  const process = (pick: number): void => {
    const last = current();
    if (last?.alive !== true) return;
    const { incarnation } = last;
    const kind = pick % 11;
    if (kind === 0 || kind === 1) feed({ type: "launched", incarnation });
    else if (kind === 2 || kind === 3) feed({ type: "ready", incarnation });
    else if (kind === 4) {
      const causes = ["lost", "kill", "terminate"] as const;
      feed({ type: "broken", incarnation, cause: causes[pick % 3] as (typeof causes)[number] });
    } else if (kind === 5) feed({ type: "shutdown-refused", incarnation });
    else if (kind === 6) hang(incarnation, pick % 3 === 0 ? "report" : "restart");
    else if (kind === 7) changesNoState({ type: "recovered", incarnation });
    else if (kind === 8) ignoreCancel(incarnation, pick % 3 === 0 ? "report" : "restart");
    else {
      last.alive = false;
      feed({ type: "exited", incarnation, exit: exitOf(pick) });
    }
  };

  /** Its other calls may be well: it is asked to end, and given time. */
  const ignoreCancel = (incarnation: number, onIgnored: OnIgnored): void => {
    const event = { ...ignored, incarnation, onIgnored } as const;
    const { name } = state.phase;
    const before = lastSignal(incarnation);
    if (onIgnored === "report" || name !== "serving") changesNoState(event);
    else {
      feed(event);
      must(state.status === "crashed" && lastSignal(incarnation) === before, "it drains before it is restarted", state);
    }
  };

  /** Who hears nothing is not asked to end, but ended; unless it is only to be told. */
  const hang = (incarnation: number, onHang: OnHang): void => {
    const event = { type: "unresponsive", incarnation, silence, onHang } as const;
    const { name } = state.phase;
    if (onHang === "report") changesNoState(event);
    else {
      feed(event);
      const isEnding = name === "serving" || name === "ending";
      must(!isEnding || lastSignal(incarnation) === "SIGKILL", "a hung process gets SIGKILL", state);
    }
  };
  const lastSignal = (incarnation: number) => processes.find((process) => process.incarnation === incarnation)?.signal;

  const changesNoState = (event: LifecycleEvent): void => {
    const before = state;
    feed(event);
    must(JSON.stringify(state) === JSON.stringify(before), "what is only told changes nothing", event);
  };

  const changesNothing = (event: LifecycleEvent): void => {
    const before = state;
    must(feed(event).length === 0, "a stale event has no effect", event);
    must(JSON.stringify(state) === JSON.stringify(before), "a stale event changes nothing", event);
  };

  /** An older process, or the last one after its exit, may still say anything. */
  const staleProcess = (pick: number): void => {
    const dead = processes.filter((process) => !process.alive);
    const { incarnation } = dead[pick % Math.max(1, dead.length)] ?? { incarnation: processes.length + 1 };
    changesNothing({ type: "launched", incarnation });
    changesNothing({ type: "ready", incarnation });
    changesNothing({ type: "shutdown-refused", incarnation });
    changesNothing({ type: "unresponsive", incarnation, silence, onHang: "restart" });
    changesNothing({ type: "recovered", incarnation });
    changesNothing({ ...ignored, incarnation, onIgnored: "restart" });
    for (const cause of ["lost", "kill", "terminate"] as const) changesNothing({ type: "broken", incarnation, cause });
    changesNothing({ type: "exited", incarnation, exit: exitOf(pick) });
  };

  const take = ({ action, pick }: Step): void => {
    if (action === "timer") expire();
    else if (action === "stale-timer") {
      if (state.timerSerial > 0) changesNothing({ type: "timer", serial: pick % state.timerSerial });
    } else if (action === "process") process(pick);
    else if (action === "stale-process") staleProcess(pick);
    else if (action === "wait") now += pick * 100;
    else call(action);
  };

  return {
    take,
    call,
    expire,
    processes,
    waiting,
    settled,
    launches: () => processes.length,
    get state() {
      return state;
    },
    get armed() {
      return armed;
    },
    /** Every process there is obeys SIGKILL in the end. */
    die(): void {
      const last = current();
      if (last?.alive !== true) return;
      last.alive = false;
      feed({ type: "exited", incarnation: last.incarnation, exit: exitOf(0) });
    },
  };
}

const RUNS = { numRuns: 3_000 };

test("whatever is asked and whatever happens, in any order, the table keeps its promises", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const world = createWorld();
      for (const step of list) world.take(step);
    }),
    RUNS,
  );
});

test("every operation settles exactly once, and stop always comes to its end", () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (list, dies) => {
      const world = createWorld();
      const calls = { start: 0, stop: 0 };
      for (const step of list) {
        if (step.action === "start" || step.action === "restart") calls.start++;
        if (step.action === "stop" || step.action === "close") calls.stop++;
        world.take(step);
      }
      calls.stop++;
      world.call("stop");
      // The ladder has three rungs; the process obeys one of them, or is reported as stuck.
      for (let rung = 0; rung < 3 && !dies; rung++) world.expire();
      world.die();
      expect(world.waiting).toEqual({ start: 0, stop: 0 });
      expect(world.settled).toEqual(calls);
      expect(world.processes.filter(({ alive }) => alive)).toEqual([]);
    }),
    RUNS,
  );
});

test("a stopped worker stays stopped, whatever its processes and timers do afterwards", () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const world = createWorld();
      for (const step of before) world.take(step);
      world.call("stop");
      world.die();
      expect(world.state.status).toBe("stopped");
      expect(world.armed).toBeUndefined();
      const launches = world.launches();
      for (const step of after) {
        if (step.action !== "start" && step.action !== "restart") world.take(step);
      }
      expect(world.launches()).toBe(launches);
      expect(world.state.status).toBe("stopped");
    }),
    RUNS,
  );
});

test("a worker that keeps dying is given up, and comes back when it is started", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const world = createWorld();
      for (const step of list) if (step.action !== "close") world.take(step);
      world.call("stop");
      world.die();
      world.call("start");
      for (let count = 0; world.state.status !== "failed" && count < 20; count++) {
        world.die();
        world.expire();
      }
      expect(world.state.status).toBe("failed");
      world.call("start");
      expect(world.state.phase.name).toBe("launching");
    }),
    RUNS,
  );
});
