import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { HostLogger } from "@outrigger/protocol";
import { defineContract, ErrorCode, request } from "@outrigger/protocol";
import type { HandlerContext } from "@outrigger/protocol/tracing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { contract, setup, silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime, settled } from "./fake-clock.js";
import { type FakeWorkerOptions, fakeLauncher } from "./fake-launcher.js";
import type { Launcher, WorkerProcess } from "./launcher.js";

describe("a worker's life", () => {
  it("starts, answers, and stops", async () => {
    const { host, launcher, events, start } = setup();
    const worker = await start();
    expect(worker.status).toBe("running");
    await expect(worker.request("echo", { text: "hi" })).resolves.toBe("hi");
    await worker.stop();
    expect(launcher.alive()).toEqual([]);
    expect(events).toEqual(["starting", "running", "stopping", "stopped"]);
    expect(host.list()).toEqual([worker]);
    await host.close();
  });

  it("callers share the start in flight", async () => {
    const { launcher, start } = setup();
    const [first, second] = await Promise.all([start(), start()]);
    expect(first).toBe(second);
    expect(launcher.processes).toHaveLength(1);
  });

  it("comes back after a crash, under the same handle", async () => {
    const { launcher, runtime, events, start } = setup();
    const worker = await start();
    launcher.latest.die("SIGKILL");
    await runtime.advance(300);
    expect(worker.status).toBe("backoff");
    expect(worker.diagnostics()).toMatchObject({
      ...{ consecutiveCrashes: 1, totalCrashes: 1, lastCrash: { reason: "signal", signal: "SIGKILL" }, pid: undefined },
      nextRestartAt: expect.any(Number),
    });
    await runtime.advance(1_000);
    expect(events.slice(2)).toEqual(["crashed", "crash signal true", "backoff", "starting", "running", "restarted 2"]);
    await expect(worker.request("echo", { text: "again" })).resolves.toBe("again");
  });

  it("a start that does not wait for the backoff is told as the restart it is", async () => {
    const { launcher, runtime, events, start } = setup();
    const worker = await start();
    launcher.latest.die("SIGKILL");
    await runtime.advance(300);
    await worker.start();
    expect(events.slice(4)).toEqual(["backoff", "starting", "running", "restarted 2"]);
    await worker.restart();
    expect(events.filter((event) => event.startsWith("restarted"))).toHaveLength(1);
  });

  it("B2: a restart that fails is retried by the same policy", async () => {
    const { launcher, runtime, start } = setup((launch) => ({
      initialize(_, answer) {
        if (launch === 2) throw new Error("the database is away");
        return answer;
      },
    }));
    const worker = await start();
    launcher.latest.exit(1);
    await runtime.advance(1_000);
    expect(worker.diagnostics().lastCrash).toMatchObject({ reason: "startup-failed" });
    expect(worker.diagnostics().lastCrash?.message).toContain("the database is away");
    await runtime.advance(2_000);
    expect(worker.status).toBe("running");
    expect(launcher.processes).toHaveLength(3);
  });

  it("a failed first start rejects with the reason, stays known, and can be started again", async () => {
    let broken = true;
    const { host, runtime, start } = setup(() => {
      if (broken) throw new Error("no such file");
      return {};
    });
    await expect(start()).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      message: expect.stringContaining("no such file"),
      data: { reason: "spawn-failed", willRestart: true },
    });
    expect(host.get("w")?.status).toBe("backoff");
    broken = false;
    await expect(start()).resolves.toBe(host.get("w"));
    await runtime.advance(100_000);
    expect(host.get("w")?.diagnostics().incarnation).toBe(2);
  });

  it("a handshake mismatch is not retried, and start is the way back", async () => {
    const { host, start, events, runtime } = setup((launch) => ({
      initialize: (_, answer) => (launch === 1 ? { ...answer, contract: { name: "acme.other", version: 1 } } : answer),
    }));
    await expect(start()).rejects.toMatchObject({ data: { reason: "handshake-mismatch", willRestart: false } });
    expect(events).toContain("failed not-retryable");
    await runtime.advance(1_000_000);
    expect(host.get("w")?.status).toBe("failed");
    await host.get("w")?.start();
    expect(host.isRunning("w")).toBe(true);
  });

  it("a worker that never answers initialize is ended and retried", async () => {
    const { launcher, runtime, start } = setup({ serves: false });
    const started = start();
    await runtime.advance(15_000);
    await expect(started).rejects.toMatchObject({ data: { reason: "initialize-timeout" } });
    expect(launcher.latest.signals).toEqual(["SIGTERM"]);
    expect(launcher.alive()).toEqual([]);
  });

  it("B1: a worker that hangs in each start is given up, and counts from the start again after a stop", async () => {
    const { host, launcher, runtime } = setup({ serves: false });
    host.start("w", { launcher }).catch(() => {});
    for (let hours = 0; hours < 24 && host.get("w")?.status !== "failed"; hours++) await runtime.advance(3_600_000);
    expect([host.get("w")?.status, launcher.processes.length]).toEqual(["failed", 10]);
    await host.stop("w");
    host.start("w", { launcher }).catch(() => {});
    await runtime.advance(15_200);
    expect(host.get("w")?.status).toBe("backoff");
    await host.close();
  });

  it("B1: a worker that dies soon after each good start is given up, and a start by hand brings it back", async () => {
    const { host, launcher, runtime, events, start } = setup();
    const worker = await start();
    while (worker.status !== "failed" && launcher.processes.length < 50) {
      await runtime.advance(30);
      launcher.latest.die("SIGSEGV");
      await settled();
      await runtime.advance((worker.diagnostics().nextRestartAt ?? 0) - runtime.wallClock());
    }
    expect(launcher.processes).toHaveLength(10);
    expect(events.slice(-3)).toEqual(["crash signal false", "failed", "failed too-many-crashes"]);
    await host.start("w");
    expect(worker.status).toBe("running");
    launcher.latest.die("SIGSEGV");
    await settled();
    expect(worker.status).toBe("backoff");
  });
});

describe("stop", () => {
  it("B5: a stop during the start cancels it: start rejects, and nothing is alive when stop resolves", async () => {
    const { host, launcher, events, start } = setup({ serves: false });
    const started = start();
    await settled();
    await host.stop("w");
    await expect(started).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    expect(launcher.alive()).toEqual([]);
    expect(events).toEqual(["starting", "stopping", "stopped"]);
  });

  it("while the launcher is still at it kills what it brings", async () => {
    let bring!: (options: FakeWorkerOptions) => void;
    const { host, launcher, start } = setup(
      () =>
        new Promise((resolve) => {
          bring = resolve;
        }),
    );
    const started = start();
    await settled();
    const stopped = host.stop("w");
    bring({});
    await stopped;
    await expect(started).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    expect(launcher.alive()).toEqual([]);
    expect(launcher.latest.signals).toEqual(["SIGTERM"]);
  });

  it("B6: stop and restart together: stop wins, and one process at most is alive at any time", async () => {
    const { host, launcher, runtime, start } = setup();
    const worker = await start();
    const outcomes = Promise.allSettled([worker.restart(), worker.stop(), worker.restart(), worker.start()]);
    await settled();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected", "rejected"]);
    await runtime.advance(600_000);
    expect(launcher.processes).toHaveLength(1);
    expect(launcher.alive()).toEqual([]);
    expect(host.get("w")?.status).toBe("stopped");
  });

  it("B18: lets running calls finish, refuses new ones, and waits for the exit and not for the reply", async () => {
    let release!: (text: string) => void;
    const { launcher, runtime, start } = setup({
      handlers: { slow: () => new Promise((resolve) => (release = resolve)) },
      shutdown: () => null,
    });
    const worker = await start();
    const running = worker.request("slow", {});
    await settled();
    const stopped = worker.stop();
    await settled();
    await expect(worker.request("echo", { text: "x" })).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      data: { mayHaveRun: false, status: "stopping" },
    });
    release("done");
    await expect(running).resolves.toBe("done");
    await runtime.advance(9_000);
    expect(launcher.latest.signals).toEqual([]);
    launcher.latest.exit(0);
    await stopped;
    expect(launcher.latest.signals).toEqual([]);
  });

  it("climbs from the request to SIGTERM to SIGKILL", async () => {
    const { launcher, runtime, start } = setup({ shutdown: () => null, onSignal() {} });
    const worker = await start();
    const stopped = worker.stop();
    await runtime.advance(10_000);
    expect(launcher.latest.signals).toEqual(["SIGTERM"]);
    await runtime.advance(5_000);
    await stopped;
    expect(launcher.latest.signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect(runtime.timers()).toEqual([]);
  });
});

describe("calls", () => {
  it("on a worker that does not run fail at once, saying what to do", async () => {
    const { host, start } = setup();
    const worker = await start();
    await worker.stop();
    await expect(worker.request("echo", { text: "x" })).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      message: "echo: worker w is stopped: start it first",
      data: { mayHaveRun: false, status: "stopped" },
    });
    await expect(worker.stream("count", { to: 1 }).next()).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
    });
    expect(worker.notify("poke", {})).toBe(false);
    await expect(host.request("nobody", "echo", { text: "x" })).rejects.toMatchObject({
      message: expect.stringContaining('there is no worker "nobody"'),
    });
  });

  it("B25: do not reach a worker before its handshake is done", async () => {
    let release!: () => void;
    const { host, launcher, start } = setup({ setup: () => new Promise<void>((resolve) => (release = resolve)) });
    const started = start();
    await settled();
    await expect(host.request("w", "echo", { text: "early" })).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      message: "echo: worker w is starting: await its start",
      data: { mayHaveRun: false, status: "starting" },
    });
    // initialize and initialized, and nothing else.
    expect(launcher.latest.peer.stats.received).toBe(2);
    release();
    const worker = await started;
    await expect(worker.request("echo", { text: "now" })).resolves.toBe("now");
  });

  it("that die with the worker say so, with the reason and the end of stderr once", async () => {
    const never = () => new Promise(() => {});
    const { launcher, start } = setup({
      handlers: {
        slow: never,
        async *count() {
          yield 1;
          await never();
        },
      },
    });
    const worker = await start();
    const calls = [worker.request("slow", {}), worker.request("slow", {})];
    const items = worker.stream("count", { to: 5 });
    await settled();
    launcher.latest.stderr.write("Error: out of cheese\n");
    launcher.latest.die("SIGKILL");
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({
        reason: { code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: true, reason: "signal", signal: "SIGKILL" } },
      });
      const { message } = (outcome as PromiseRejectedResult).reason as Error;
      expect(message.match(/out of cheese/g)).toHaveLength(1);
    }
    await expect(items.next()).resolves.toEqual({ done: false, value: 1 });
    await expect(items.next()).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  });

  it("an answer written just before the exit is still an answer", async () => {
    const { launcher, start } = setup({
      handlers: {
        slow() {
          setImmediate(() => launcher.latest.exit(1));
          return "last words";
        },
      },
    });
    const worker = await start();
    await expect(worker.request("slow", {})).resolves.toBe("last words");
  });

  it("larger than the worker reads are not sent: they fail at once, and it goes on serving", async () => {
    const { launcher, start } = setup({
      initialize: (_, answer) => ({ ...answer, limits: { messageBytes: 1_000 } }),
    });
    const worker = await start();
    const received = launcher.latest.peer.stats.received;
    await expect(worker.request("echo", { text: "x".repeat(1_000) })).rejects.toMatchObject({
      code: ErrorCode.MESSAGE_TOO_LARGE,
      data: { limitBytes: 1_000, mayHaveRun: false },
    });
    expect(launcher.latest.peer.stats.received).toBe(received);
    await expect(worker.request("echo", { text: "x".repeat(500) })).resolves.toHaveLength(500);
  });

  it("of a method the plugin leaves out are not sent", async () => {
    const { start, launcher } = setup({
      initialize: (_, answer) => ({ ...answer, methods: ["echo"] }),
    });
    const worker = await start();
    const before = launcher.latest.peer.stats.received;
    await expect(worker.request("extra", {})).rejects.toMatchObject({
      code: ErrorCode.METHOD_NOT_IMPLEMENTED,
      data: { mayHaveRun: false },
    });
    expect(worker.implements("extra")).toBe(false);
    expect(worker.methods).toEqual(["echo"]);
    expect(launcher.latest.peer.stats.received).toBe(before);
  });

  it("a notification whose params are no JSON is logged as not sent, and leaves no scope lent", async () => {
    const { records, start } = setup();
    const worker = await start();
    const scope = { tenant: "t1" };
    expect(worker.notify("poke", { circle: 1n } as never, { scope })).toBe(false);
    expect(records.filter(({ level }) => level === "error")).toMatchObject([
      { message: "poke: it was not sent", err: { message: expect.stringContaining("poke") } },
    ]);
    expect(worker.diagnostics().load.invocationsLingering).toBe(0);
    expect(worker.notify("poke", {}, { scope })).toBe(true);
    expect(worker.diagnostics().load.invocationsLingering).toBe(1);
  });

  it("of the runtime's own methods are not the contract's", async () => {
    const { start } = setup();
    const worker = await start();
    const untyped = worker as unknown as { request(method: string, params: unknown): Promise<unknown> };
    for (const method of ["shutdown", "$/ping", "constructor", "nope"]) {
      await expect(untyped.request(method, {})).rejects.toMatchObject({ code: ErrorCode.METHOD_NOT_FOUND });
    }
    expect(worker.status).toBe("running");
  });
});

describe("the host's own methods", () => {
  const nested =
    (meta: object | undefined, method = "state.get") =>
    async (_: unknown, call: { meta?: unknown }) => {
      const invocationId = (call.meta as { invocation?: { id: string } } | undefined)?.invocation?.id;
      return ask(method, meta ?? { invocationId });
    };
  let ask: (method: string, meta: object) => Promise<unknown>;

  it("run in the scope of the call they are made for", async () => {
    const { launcher, start } = setup({ handlers: { slow: nested(undefined) } });
    const worker = await start();
    ask = (method, meta) => launcher.latest.peer.request(method, { key: "k" }, { meta });
    await expect(worker.request("slow", {}, { scope: { tenant: "t1" } })).resolves.toBe("t1/k");
    await expect(worker.request("slow", {}, { scope: { tenant: "t2" } })).resolves.toBe("t2/k");
  });

  it("B15: refuse scoped calls without a live scope, whatever else runs, and take the others", async () => {
    const { launcher, start } = setup({ handlers: { slow: () => new Promise(() => {}) } });
    const worker = await start();
    const { peer } = launcher.latest;
    const refused = { code: ErrorCode.INVOCATION_SCOPE_DENIED };
    await expect(peer.request("state.get", { key: "k" }, {})).rejects.toMatchObject(refused);
    await expect(peer.request("now", {})).resolves.toBe("noon");
    void worker.request("slow", {}, { scope: { tenant: "t1" } });
    await settled();
    await expect(peer.request("now", {})).resolves.toBe("noon");
    for (const meta of [{}, { invocationId: "made.up" }, { invocationId: 7 }]) {
      await expect(peer.request("state.get", { key: "k" }, { meta: meta as object })).rejects.toMatchObject(refused);
    }
  });

  it("B16: a nested call on its way when the reply leaves has its scope, a late one has not", async () => {
    let id = "";
    const { launcher, runtime, start } = setup({
      handlers: {
        slow: (_, call) => {
          id = call.meta?.invocation?.id ?? "";
          return "done";
        },
      },
    });
    const worker = await start();
    await worker.request("slow", {}, { scope: { tenant: "t1" } });
    const { peer } = launcher.latest;
    const late = () => peer.request("state.get", { key: "k" }, { meta: { invocationId: id } });
    await expect(late()).resolves.toBe("t1/k");
    await runtime.advance(5_000);
    await expect(late()).rejects.toMatchObject({ code: ErrorCode.INVOCATION_SCOPE_DENIED });
  });

  it("past limits.scopeBytes the scope of a settled call is taken back early", async () => {
    let id = "";
    const { launcher, start } = setup(
      {
        handlers: {
          slow: (_, call) => {
            id = call.meta?.invocation?.id ?? "";
            return "done";
          },
        },
      },
      {},
      { limits: { scopeBytes: 2048 } },
    );
    const worker = await start();
    const { peer } = launcher.latest;
    const call = async (tenant: string): Promise<string> => {
      await worker.request("slow", {}, { scope: { tenant } });
      return id;
    };
    const late = (invocationId: string) => peer.request("state.get", { key: "k" }, { meta: { invocationId } });
    const tenants = ["a".repeat(1_200), "b".repeat(1_200)] as const;
    const ids = [await call(tenants[0]), await call(tenants[1])] as const;
    await expect(late(ids[0])).rejects.toMatchObject({ code: ErrorCode.INVOCATION_SCOPE_DENIED });
    await expect(late(ids[1])).resolves.toBe(`${tenants[1]}/k`);
    const { load } = worker.diagnostics();
    expect(load).toMatchObject({ invocationsLingering: 1, invocationsEvicted: 1, scopeBytes: 1_213 });
  });

  it("are told whether the call's invocation is good, and an id only when it is", async () => {
    const told: object[] = [];
    let id = "";
    const slow: NonNullable<FakeWorkerOptions["handlers"]>[string] = async (_, call) => {
      id = call.meta?.invocation?.id ?? "";
      await launcher.latest.peer.request("now", {}, { meta: { invocationId: id } });
      return "done";
    };
    const now = (_: object, { invocation, invocationId, scope }: HandlerContext) => {
      told.push({ invocation, invocationId, scope });
      return "noon";
    };
    const { launcher, runtime, start } = setup({ handlers: { slow } }, { now });
    const worker = await start();
    await worker.request("slow", {}, { scope: { tenant: "t1" } });
    await runtime.advance(5_000);
    for (const meta of [{ invocationId: id }, { invocationId: "made.up" }, {}]) {
      await launcher.latest.peer.request("now", {}, { meta });
    }
    expect(told).toEqual([
      { invocation: "live", invocationId: id, scope: { tenant: "t1" } },
      ...["expired", "unknown", "none"].map((invocation) => ({
        invocation,
        invocationId: undefined,
        scope: undefined,
      })),
    ]);
  });

  it("a stream that ended takes its scope with it, though nobody reads it to its end", async () => {
    let id = "";
    const { launcher, runtime, start } = setup({
      handlers: {
        count: (_, call) => {
          id = call.meta?.invocation?.id ?? "";
          return [1, 2];
        },
      },
    });
    const worker = await start();
    const leave = new AbortController();
    const lines = worker.stream("count", { to: 2 }, { scope: { tenant: "t1" }, signal: leave.signal });
    await lines.next();
    leave.abort();
    await runtime.advance(5_000);
    const { peer } = launcher.latest;
    await expect(peer.request("state.get", { key: "k" }, { meta: { invocationId: id } })).rejects.toMatchObject({
      code: ErrorCode.INVOCATION_SCOPE_DENIED,
    });
  });

  it("B16: a scope object that is used again for the next call does not change the tenant of one in flight", async () => {
    const { launcher, start } = setup({
      handlers: {
        slow: (_, call) =>
          new Promise((resolve) => {
            answer = () => resolve(ask("state.get", { invocationId: call.meta?.invocation?.id }));
          }),
      },
    });
    let answer!: () => void;
    const worker = await start();
    ask = (method, meta) => launcher.latest.peer.request(method, { key: "k" }, { meta });
    const scope = { tenant: "t1" };
    const running = worker.request("slow", {}, { scope });
    await settled();
    scope.tenant = "t2";
    answer();
    await expect(running).resolves.toBe("t1/k");
  });

  it("W6: learn when the process that asked is gone, long after they answered, and before any listener of its exit", async () => {
    const order: string[] = [];
    const processes: { incarnation: number; ended: AbortSignal; signal: AbortSignal }[] = [];
    const now = (_: object, { incarnation, ended, signal }: HandlerContext) => {
      ended.addEventListener("abort", () => order.push(`ended ${incarnation}`));
      processes.push({ incarnation, ended, signal });
      return "noon";
    };
    const { host, launcher, runtime, start } = setup({}, { now });
    host.on("exit", ({ incarnation }) => order.push(`exit ${incarnation}`));
    host.on("crash", ({ incarnation }) => order.push(`crash ${incarnation}`));
    host.on("ready", ({ incarnation }) => order.push(`ready ${incarnation}`));
    await start();
    await launcher.latest.peer.request("now", {});
    launcher.latest.die("SIGKILL");
    await runtime.advance(2_000);
    await launcher.latest.peer.request("now", {});
    expect(order).toEqual(["ready 1", "ended 1", "exit 1", "crash 1", "ready 2"]);
    expect(processes).toMatchObject([
      { incarnation: 1, ended: { aborted: true, reason: { code: ErrorCode.WORKER_UNAVAILABLE } } },
      { incarnation: 2, ended: { aborted: false } },
    ]);
    // A call that was answered has nothing left to abort: that is what `ended` is for.
    expect(processes[0]?.signal.aborted).toBe(false);
    await host.restart("w");
    expect(processes[1]?.ended.aborted).toBe(true);
    expect(order.slice(5)).toEqual(["ended 2", "exit 2", "ready 3"]);
  });

  it("need their capability, and the denial says what was granted", async () => {
    const { host, launcher } = setup();
    await host.start("w", { launcher });
    await expect(launcher.latest.peer.request("state.get", { key: "k" })).rejects.toMatchObject({
      code: ErrorCode.CAPABILITY_DENIED,
      data: { needed: "state", granted: [] },
    });
  });

  it("are served only after initialize was answered, and then also during the setup", async () => {
    const early: unknown[] = [];
    const { launcher, start } = setup({
      async initialize(_, answer) {
        early.push(await launcher.latest.peer.request("now", {}).catch((error: unknown) => error));
        return answer;
      },
      async setup() {
        early.push(await launcher.latest.peer.request("now", {}));
      },
    });
    await start();
    expect(early).toEqual([expect.objectContaining({ code: ErrorCode.NOT_INITIALIZED }), "noon"]);
  });

  it("are served when they come in one piece with the answer to initialize", async () => {
    const { host } = setup();
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const bare: Launcher = {
      name: "bare",
      launch: () => ({ pid: 1, ...{ stdin, stdout, stderr }, kill() {}, onExit() {} }),
    };
    void host.start("w", { launcher: bare });
    const [offer] = await once(stdin, "data");
    const { id, params } = JSON.parse(String(offer));
    const result = { protocol: params.protocol.max, contract: params.contract, features: [], methods: ["echo"] };
    const messages = [
      { jsonrpc: "2.0", id, result },
      { jsonrpc: "2.0", id: 7, method: "now", params: {} },
    ];
    const answered = once(stdin, "data");
    stdout.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
    const [answer] = await answered;
    expect(JSON.parse(String(answer))).toEqual({ jsonrpc: "2.0", id: 7, result: "noon" });
  });

  it("B13: answer the process that asked, or nobody, and their signal aborts when it ends", async () => {
    const signals: AbortSignal[] = [];
    const answers: ((text: string) => void)[] = [];
    const { launcher, runtime, start } = setup(
      {},
      {
        now: (_, { signal }) => {
          signals.push(signal);
          return new Promise((resolve) => answers.push(resolve));
        },
      },
    );
    await start();
    const first = launcher.latest.peer.request("now", {});
    await settled();
    launcher.latest.die("SIGKILL");
    await runtime.advance(2_000);
    expect(signals[0]?.aborted).toBe(true);
    const second = launcher.latest.peer.request("now", {});
    await settled();
    answers[0]?.("for the first");
    answers[1]?.("for the second");
    await expect(second).resolves.toBe("for the second");
    await expect(first).rejects.toThrow();
  });

  it("B14: are bounded in number, learn the deadline of the call, and are aborted when nobody waits any more", async () => {
    const told: HandlerContext[] = [];
    const { launcher, runtime, start } = setup(
      {},
      {
        now(_, context) {
          told.push(context);
          return new Promise(() => {});
        },
      },
      { limits: { incomingCalls: 2 } },
    );
    await start();
    const { peer } = launcher.latest;
    const caller = new AbortController();
    const cancelled = peer.request("now", {}, { signal: caller.signal });
    const timedOut = peer.request("now", {}, { timeoutMs: 500 });
    await settled();
    await expect(peer.request("now", {})).rejects.toMatchObject({ code: ErrorCode.OVERLOADED });
    expect(told.map(({ deadline }) => deadline)).toEqual([expect.any(Number), runtime.wallClock() + 500]);
    caller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    await expect(timedOut).rejects.toMatchObject({ code: ErrorCode.TIMEOUT });
    await settled();
    expect(told.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});

describe("names that every object has", () => {
  const trap = defineContract({
    name: "acme.trap",
    version: 1,
    hostToWorker: { echo: request({ params: z.object({}), result: z.string() }) },
    workerToHost: { toString: request({ params: z.object({}), result: z.string(), optional: true }) },
  });

  it("B24: are no handlers: own properties only", async () => {
    const launcher = fakeLauncher(trap);
    await using host = createHost(trap, { runtime: fakeRuntime(), logger: silent });
    await host.start("w", { launcher });
    const { peer } = launcher.latest;
    await expect(peer.request("toString", {})).rejects.toMatchObject({ code: ErrorCode.METHOD_NOT_IMPLEMENTED });
    launcher.latest.stdout.write('{"jsonrpc":"2.0","id":1,"method":"constructor","params":{}}\n');
    await settled();
    expect(host.isRunning("w")).toBe(true);
  });
});

describe("nobody's exception is the host's", () => {
  it("B19: a listener that throws or rejects is reported and changes nothing else", async () => {
    const { host, launcher, runtime, events, start } = setup();
    const failures: string[] = [];
    host.on("error", ({ workerId, during }) => failures.push(`${during} of ${workerId}`));
    host.on("exit", () => {
      throw new Error("listener");
    });
    host.on("crash", async () => {
      throw new Error("async listener");
    });
    host.on("error", () => {
      throw new Error("listener of error");
    });
    await start();
    launcher.latest.die("SIGKILL");
    await runtime.advance(2_000);
    expect(events.at(-1)).toBe("restarted 2");
    expect(failures.sort()).toEqual(['listener of "crash" of w', 'listener of "exit" of w']);
  });

  it("a listener may stop the worker from within its crash", async () => {
    const { host, launcher, runtime, start } = setup();
    await start();
    host.on("crash", ({ workerId }) => host.stop(workerId));
    launcher.latest.die("SIGKILL");
    await runtime.advance(100_000);
    expect(host.get("w")?.status).toBe("stopped");
    expect(launcher.processes).toHaveLength(1);
  });

  it("a logger that throws changes nothing", async () => {
    const broken = new Proxy(silent, {
      get: () => () => {
        throw new Error("logger");
      },
    });
    const host = createHost(contract, {
      ...{ logger: broken, runtime: fakeRuntime() },
      handlers: { "state.get": () => "", now: () => "" },
    });
    await host.start("w", { launcher: fakeLauncher(contract) });
    expect(host.isRunning("w")).toBe(true);
    await host.close();
  });
});

describe("a logger that throws or rejects", () => {
  const levels = ["trace", "debug", "info", "warn", "error", "fatal"];
  const logger = (write: () => unknown): HostLogger => {
    const made = { ...Object.fromEntries(levels.map((level) => [level, write])), child: () => made };
    return made as unknown as HostLogger;
  };
  const faults: [string, () => unknown][] = [
    [
      "throws",
      () => {
        throw new Error("disk full");
      },
    ],
    ["rejects", () => Promise.reject(new Error("disk full"))],
  ];

  it.each(faults)("%s: handlers that log answer all the same, and nothing is left unhandled", async (_, write) => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listener);
    const launcher = fakeLauncher(contract);
    await using host = createHost(contract, {
      ...{ logger: logger(write), runtime: fakeRuntime() },
      handlers: {
        "state.get": () => "",
        now(_, { log }) {
          for (const level of levels) log[level as "info"]({}, "asked");
          log.child({ part: "clock" }).error({}, "asked");
          return "noon";
        },
      },
    });
    host.on("ready", () => {
      throw new Error("a listener's failure is logged too");
    });
    const worker = await host.start("w", { launcher });
    await expect(launcher.latest.peer.request("now", {})).resolves.toBe("noon");
    await settled();
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
    expect(worker.diagnostics().logs?.failed).toBeGreaterThanOrEqual(levels.length + 1);
  });
});

describe("a worker that is known", () => {
  it("takes new options with its next process", async () => {
    const { host, launcher, start } = setup();
    const worker = await start();
    await host.start("w", { launcher, env: { FLAVOUR: "new" } });
    expect(launcher.processes).toHaveLength(1);
    await worker.restart();
    expect(launcher.latest.spec.env.FLAVOUR).toBe("new");
    await host.restart("w", { launcher, env: { FLAVOUR: "newer" } });
    expect(launcher.latest.spec.env.FLAVOUR).toBe("newer");
    expect(host.get("w")).toBe(worker);
  });

  it("is judged and shown by the options of the process that runs, until the next one has the new", async () => {
    const { host, launcher, runtime, start } = setup();
    const worker = await start();
    const once = { launcher, restart: { type: "temporary" }, limits: { channels: 7 } } as const;
    await host.start("w", once);
    expect(worker.diagnostics()).toMatchObject({ capabilities: ["state"], limits: { channels: { max: 1_000 } } });
    launcher.latest.die("SIGKILL");
    await runtime.advance(1_500);
    expect(worker.status).toBe("running");
    expect(worker.diagnostics()).toMatchObject({ capabilities: [], limits: { channels: { max: 7 } } });
    launcher.latest.die("SIGKILL");
    await runtime.advance(1_500);
    expect(worker.status).toBe("failed");
  });

  it("stays known when its removal fails because its process outlives SIGKILL, and is removed when it is gone", async () => {
    const { host, launcher, runtime } = setup({ shutdown: () => new Promise(() => {}) });
    const unkillable: Launcher = {
      name: "unkillable",
      launch: (spec) => ({ ...(launcher.launch(spec) as WorkerProcess), kill() {} }),
    };
    await host.start("w", { launcher: unkillable });
    const removed = host.remove("w");
    await runtime.advance(60_000);
    await expect(removed).rejects.toThrow(/outlived SIGKILL; nothing starts beside it.*then stop it again/);
    await expect(host.start("w")).rejects.toThrow(/outlived SIGKILL/);
    launcher.latest.die("SIGKILL");
    await runtime.advance(1_000);
    await host.remove("w");
    expect(host.get("w")).toBeUndefined();
  });

  it("is forgotten when it is removed, and its id is free", async () => {
    const { host, launcher, start } = setup();
    const worker = await start();
    await host.remove("w");
    expect(launcher.alive()).toEqual([]);
    expect(host.get("w")).toBeUndefined();
    await expect(worker.start()).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
    await expect(start()).resolves.not.toBe(worker);
  });
});

describe("close", () => {
  it("B22: stops all, refuses starts from then on, and leaves nothing alive", async () => {
    const { host, launcher, start } = setup();
    const worker = await start();
    const closed = host.close();
    await expect(start()).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
    await expect(host.start("other", { launcher })).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
    await expect(worker.start()).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
    await closed;
    expect(launcher.processes).toHaveLength(1);
    expect(launcher.alive()).toEqual([]);
  });

  it("B22: refuses a start from a listener that hears of the close, and is one close however often it is asked", async () => {
    const { host, launcher, start } = setup();
    await start();
    const outcomes: unknown[] = [];
    const closes: unknown[] = [];
    host.on("status", () => {
      outcomes.push(host.start("late", { launcher }).catch((error: unknown) => error));
      outcomes.push(host.diagnostics().closing);
      closes.push(host.close());
    });
    const closed = host.close();
    await closed;
    const refusal = expect.objectContaining({ code: ErrorCode.SHUTTING_DOWN });
    expect(await Promise.all(outcomes)).toEqual([refusal, true, refusal, true]);
    expect(closes).toEqual([closed, closed]);
    expect(launcher.processes).toHaveLength(1);
    expect(launcher.alive()).toEqual([]);
    expect(host.list().map(({ id }) => id)).toEqual(["w"]);
  });

  it("disposes a host that goes out of use", async () => {
    const { launcher, runtime } = setup();
    {
      await using host = createHost(contract, {
        ...{ runtime, logger: silent },
        handlers: { "state.get": () => "", now: () => "" },
      });
      await host.start("w", { launcher });
    }
    expect(launcher.alive()).toEqual([]);
  });

  it("leaves no timer armed", async () => {
    const { host, launcher, runtime, start } = setup();
    await start();
    launcher.latest.die("SIGKILL");
    await runtime.advance(2_000);
    await host.close();
    expect(runtime.timers()).toEqual([]);
  });
});
