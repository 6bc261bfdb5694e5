import { commandLauncher } from "@outrigger/host";
import { ErrorCode } from "@outrigger/protocol";
import { describe, expect, test } from "vitest";
import { childWitness } from "./child-witness.js";
import { fixture } from "./fixture.js";
import { greeterHost, plugin } from "./greeter-host.js";
import { isAlive, next } from "./raw-host.js";

const scope = { tenant: "t1" };
const soon = { restart: { initialDelayMs: 1 } };

describe("a plugin in its own process", () => {
  test("starts, shakes hands, answers, streams, and stops", async () => {
    const { host } = greeterHost();
    await using _ = host;
    const worker = await host.start("acme.greeter", plugin);
    expect(worker.status).toBe("running");
    await expect(worker.request("greet", { name: "Ada" }, { scope })).resolves.toEqual({
      text: "Hello Countess Ada! ",
    });
    await expect(host.request("acme.greeter", "greet", { name: "Bob", times: 2 }, { scope })).resolves.toEqual({
      text: "Hello friend Bob! Hello friend Bob! ",
    });
    const items: number[] = [];
    for await (const item of worker.stream("count", { to: 1_000 })) items.push(item);
    expect(items).toHaveLength(1_000);
    await expect(worker.health()).resolves.toMatchObject({ status: "ok" });
    expect(worker.implements("spare")).toBe(false);
    const { pid } = worker;
    await expect(worker.request("pid", {})).resolves.toBe(pid);
    expect(worker.diagnostics()).toMatchObject({
      ...{
        status: "running",
        incarnation: 1,
        totalCrashes: 0,
        capabilities: ["state.read"],
        load: { pendingRequests: 0 },
      },
      launcher: "node greeter-plugin.js",
    });
    const exit = next(worker, "exit");
    await worker.stop();
    expect(await exit).toMatchObject({ reason: "requested", code: 0 });
    expect(isAlive(pid as number)).toBe(false);
  });

  test("two workers know nothing of each other", async () => {
    const { host, running } = greeterHost();
    await using _ = host;
    const [left, right] = await Promise.all([host.start("left", plugin), host.start("right", plugin)]);
    expect(left.pid).not.toBe(right.pid);
    const started = running();
    const lost = left.request("hang", {});
    await started;
    process.kill(left.pid as number, "SIGKILL");
    await expect(lost).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
    await expect(right.request("greet", { name: "Ada" }, { scope })).resolves.toEqual({ text: "Hello Countess Ada! " });
    expect(right.diagnostics().totalCrashes).toBe(0);
  });

  test("gets no more of the host's environment than it is given", async () => {
    const { host } = greeterHost();
    await using _ = host;
    process.env.OUTRIGGER_TEST_SECRET = "secret";
    const printEnv = "console.error(JSON.stringify(Object.keys(process.env))); process.exit(3)";
    const launcher = commandLauncher([process.execPath, "-e", printEnv]);
    const failure = await host.start("w", { launcher, env: { GIVEN: "1" } }).catch((error: Error) => error.message);
    delete process.env.OUTRIGGER_TEST_SECRET;
    const names = JSON.parse(String(failure).match(/\[.*\]/)?.[0] ?? "[]") as string[];
    expect(names).toContain("GIVEN");
    expect(names).toContain("OUTRIGGER_WORKER_ID");
    expect(names).not.toContain("OUTRIGGER_TEST_SECRET");
  });
});

describe("a crash", () => {
  test("kill -9 in the middle of a call: the caller is told, and the worker comes back", async () => {
    const { host, running } = greeterHost(soon);
    await using _ = host;
    const worker = await host.start("w", plugin);
    await worker.request("write-to-stderr", { text: "last words\n" });
    const started = running();
    const call = worker.request("hang", {});
    await started;
    const [crash, restarted] = [next(worker, "crash"), next(worker, "restarted")];
    const { pid } = worker;
    process.kill(pid as number, "SIGKILL");
    await expect(call).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      message: expect.stringMatching(/^hang: worker w: it was ended by SIGKILL.*last words$/s),
      data: { mayHaveRun: true, reason: "signal", signal: "SIGKILL" },
    });
    expect(await crash).toMatchObject({ reason: "signal", signal: "SIGKILL", willRestart: true });
    expect(await restarted).toMatchObject({ incarnation: 2 });
    expect(worker.pid).not.toBe(pid);
    await expect(worker.request("greet", { name: "Ada" }, { scope })).resolves.toEqual({
      text: "Hello Countess Ada! ",
    });
  });

  test("an exit nobody asked for is one, with code 0 too", async () => {
    const { host } = greeterHost(soon);
    await using _ = host;
    const worker = await host.start("w", plugin);
    for (const code of [0, 3]) {
      const [crash, ready] = [next(worker, "crash"), next(worker, "restarted")];
      await expect(worker.request("exit-with", { code })).rejects.toMatchObject({ data: { mayHaveRun: true, code } });
      expect(await crash).toMatchObject({ reason: "exit-code", code, willRestart: true });
      await ready;
    }
    expect(worker.diagnostics()).toMatchObject({ totalCrashes: 2, lastCrash: { reason: "exit-code", code: 3 } });
  });

  test("takes the processes the worker started with it, and does not wait for the pipes they hold", async () => {
    const { host } = greeterHost({ restart: { type: "temporary" } });
    await using _ = host;
    const worker = await host.start("w", plugin);
    const child = await childWitness();
    await worker.request("start-child", { port: child.port });
    await child.lives;
    const failed = next(worker, "failed");
    process.kill(worker.pid as number, "SIGKILL");
    await failed;
    await child.gone();
  });
});

describe("stop", () => {
  test("lets running calls finish, and refuses new ones at once", async () => {
    const { host, running } = greeterHost();
    await using _ = host;
    const worker = await host.start("w", plugin);
    const started = running();
    const call = worker.request("finish", {});
    await started;
    const stopped = worker.stop();
    await expect(worker.request("pid", {})).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      data: { mayHaveRun: false, status: "stopping" },
    });
    await expect(call).resolves.toBe("finished");
    await stopped;
  });

  test("ends a worker that neither drains nor minds SIGTERM, and its children", async () => {
    const { host } = greeterHost({ timeouts: { drainMs: 50, terminateMs: 50 } });
    await using _ = host;
    const child = await childWitness();
    const worker = await host.start("w", { entry: fixture("stubborn-worker"), config: { port: child.port } });
    await child.lives;
    const call = worker.request("hang", {});
    const { pid } = worker;
    const exit = next(worker, "exit");
    await worker.stop();
    expect(await exit).toMatchObject({ reason: "requested", signal: "SIGKILL" });
    await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: true } });
    expect(isAlive(pid as number)).toBe(false);
    await child.gone();
  });

  test("B5: a stop during the start leaves nothing alive, and the start is told", async () => {
    const { host } = greeterHost();
    await using _ = host;
    const started = host.start("w", { entry: fixture("garbage-entry") });
    const outcome = expect(started).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    const pid = await new Promise<number>((resolve) => {
      const look = (): void => {
        const found = host.get("w")?.pid;
        if (found === undefined) setImmediate(look);
        else resolve(found);
      };
      look();
    });
    await host.stop("w");
    expect(isAlive(pid)).toBe(false);
    await outcome;
    expect(host.get("w")?.status).toBe("stopped");
  });

  test("restart is another process under the same handle", async () => {
    const { host } = greeterHost();
    await using _ = host;
    const worker = await host.start("w", plugin);
    const { pid } = worker;
    await worker.restart();
    expect(worker.pid).not.toBe(pid);
    expect(isAlive(pid as number)).toBe(false);
    expect(worker.diagnostics()).toMatchObject({ incarnation: 2, totalCrashes: 0 });
    await expect(worker.request("pid", {})).resolves.toBe(worker.pid);
  });

  test("a host that closes leaves nothing behind", async () => {
    const { host } = greeterHost();
    const workers = await Promise.all(["a", "b", "c"].map((id) => host.start(id, plugin)));
    const pids = workers.map(({ pid }) => pid as number);
    await host.close();
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(host.start("d", plugin)).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
  });
});
