import { ErrorCode, RpcError } from "@outrigger/protocol";
import { describe, expect, it } from "vitest";
import { setup } from "../test/host-setup.js";
import { settled } from "./fake-clock.js";
import type { FakeWorkerOptions } from "./fake-launcher.js";

const never = () => new Promise<never>(() => {});

describe("the end of a process", () => {
  it("what it wrote before its exit is read, though the exit is told first", async () => {
    const { launcher, start } = setup({
      handlers: {
        slow(_, call) {
          launcher.latest.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: call.id, result: "last words" })}\n`);
          launcher.latest.exit(1);
          return never();
        },
      },
    });
    const worker = await start();
    await expect(worker.request("slow", {})).resolves.toBe("last words");
  });

  it("does not wait for pipes that somebody else holds open", async () => {
    const { launcher, runtime, start } = setup();
    const worker = await start();
    launcher.latest.stdout.end = () => launcher.latest.stdout;
    launcher.latest.die("SIGKILL");
    await settled();
    expect(worker.status).toBe("running");
    await runtime.advance(250);
    expect(worker.status).toBe("backoff");
    expect(launcher.latest.stdout.destroyed).toBe(true);
  });

  it("calls made after it are refused as never sent", async () => {
    const { launcher, start } = setup();
    const worker = await start();
    launcher.latest.die("SIGKILL");
    await expect(worker.request("echo", { text: "x" })).rejects.toMatchObject({ data: { mayHaveRun: false } });
  });

  it("is what its exit says, when its pipe broke a moment before", async () => {
    const { launcher, events, start, runtime } = setup();
    const worker = await start();
    launcher.latest.stdout.end();
    await settled();
    expect(worker.status).toBe("crashed");
    launcher.latest.die("SIGKILL");
    await runtime.advance(1);
    expect(events).toContain("crash signal true");
  });

  it("leaves the line it had begun in the log, though somebody else holds its stderr open", async () => {
    const { launcher, runtime, records, start } = setup();
    await start();
    const { stderr } = launcher.latest;
    stderr.write("whole\nlast words");
    stderr.end = () => stderr;
    launcher.latest.die("SIGKILL");
    await runtime.advance(250);
    const said = records.filter(({ source }) => source === "stderr").map(({ message }) => message);
    expect(said).toEqual(["whole", "last words"]);
  });

  it("is its own, when a stop comes while what it wrote last is read", async () => {
    const { launcher, runtime, start } = setup({ handlers: { slow: never } });
    const worker = await start();
    const exits: string[] = [];
    worker.on("exit", ({ reason }) => exits.push(reason));
    const call = worker.request("slow", {}).catch((error) => error.data.reason);
    launcher.latest.stdout.end = () => launcher.latest.stdout;
    launcher.latest.die("SIGSEGV");
    const stopped = worker.stop();
    await runtime.advance(250);
    await stopped;
    expect([exits, await call]).toEqual([["signal"], "signal"]);
  });

  it("is told in bounded words, however many the worker has", async () => {
    const refuse = () => {
      throw new RpcError(4001, "x".repeat(100_000));
    };
    const { host, launcher, records } = setup({ initialize: refuse });
    const error = await host.start("w", { launcher, restart: { type: "temporary" } }).catch((thrown) => thrown);
    expect(error.message).toMatch(/^worker w: .*x{8000}x*… \(91808 characters more\)$/);
    for (const { message } of records) expect(message.length).toBeLessThan(10_000);
  });

  it("is the broken pipe, when the host had to end it for that", async () => {
    const { launcher, events, start, runtime } = setup();
    await start();
    launcher.latest.stdout.end();
    await runtime.advance(500);
    expect(launcher.latest.signals).toEqual(["SIGTERM"]);
    expect(events).toContain("crash stdin-closed true");
  });

  it("takes back every scope it was lent", async () => {
    const { launcher, start, runtime } = setup({ handlers: { slow: never } });
    const worker = await start();
    const call = worker.request("slow", {}, { scope: { tenant: "t1" } });
    await settled();
    expect(worker.diagnostics().load).toMatchObject({ invocations: 1 });
    launcher.latest.die("SIGKILL");
    await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
    expect(worker.diagnostics().load).toMatchObject({ invocations: 0, invocationsLingering: 0 });
    await runtime.advance(2_000);
    expect(worker.status).toBe("running");
  });

  it("tells what was dropped of its log", async () => {
    const { launcher, records, start } = setup({}, {}, { limits: { logBurst: 1, logLinesPerSecond: 1 } });
    await start();
    launcher.latest.stderr.write("one\ntwo\nthree\n");
    launcher.latest.exit(1);
    await settled();
    expect(records.filter(({ message }) => /2 log lines dropped/.test(message))).toHaveLength(1);
  });
});

describe("a shutdown", () => {
  it("that the worker refuses is not waited for", async () => {
    const { launcher, start } = setup({
      shutdown() {
        throw new Error("not now");
      },
    });
    const worker = await start();
    await worker.stop();
    expect(launcher.latest.signals).toEqual(["SIGTERM"]);
  });

  it("asked for by a listener, in the middle of the start, takes its whole course", async () => {
    const { host, launcher, runtime, start } = setup({ shutdown: () => null, onSignal() {} });
    let stopped: Promise<void> | undefined;
    host.on("status", ({ status, workerId }) => {
      if (status === "running") stopped = host.stop(workerId);
    });
    await start();
    await runtime.advance(15_000);
    await stopped;
    expect(launcher.latest.signals).toEqual(["SIGTERM", "SIGKILL"]);
  });
});

describe("a protocol broken", () => {
  it("by a message past the cap: killed, unasked", async () => {
    const { launcher, events, start, runtime } = setup({}, {}, { limits: { messageBytes: 10_000 } });
    await start();
    launcher.latest.stdout.write("x".repeat(20_000));
    await settled();
    expect(launcher.latest.signals).toEqual(["SIGKILL"]);
    expect(events).toContain("crash protocol-violation true");
    await runtime.advance(1_000);
    expect(launcher.alive()).toHaveLength(1);
  });

  it("by lines that are no messages: each a line of the log, and calls go on", async () => {
    const { launcher, records, start } = setup();
    const worker = await start();
    launcher.latest.stdout.write('hello\n{"jsonrpc":"2.0","id":99,"result":1}\n');
    await expect(worker.request("echo", { text: "x" })).resolves.toBe("x");
    expect(records.map(({ source, message }) => `${source}: ${message}`)).toEqual(
      expect.arrayContaining(["stdout: hello", "host: it answered a call that nobody made"]),
    );
  });
});

describe("a worker that answers its start with TIMEOUT", () => {
  const refuse = (): never => {
    throw new RpcError(ErrorCode.TIMEOUT, "the database did not answer");
  };
  it.each<[string, FakeWorkerOptions]>([
    ["initialize", { initialize: refuse }],
    ["setup", { setup: refuse }],
  ])("%s: has failed to start, at once and with its own words", async (_, behaviour) => {
    const { runtime, start } = setup(behaviour);
    const started = start();
    await runtime.advance(1);
    await expect(started).rejects.toMatchObject({
      message: expect.stringContaining("it failed to start: the database did not answer"),
      data: { reason: "startup-failed" },
    });
  });
});

describe("a program that sends back what it reads", () => {
  it("is told to be none that speaks the protocol", async () => {
    const { launcher, start } = setup({ serves: false });
    const started = start();
    await settled();
    launcher.latest.stdin.pipe(launcher.latest.stdout);
    await expect(started).rejects.toMatchObject({
      message: expect.stringContaining("the program does not speak the protocol, or sends back what it reads"),
      data: { reason: "startup-failed" },
    });
  });
});

describe("the host's own faults", () => {
  it("a handler that fails: the worker gets an error, the log tells", async () => {
    const { launcher, records, start } = setup(
      {},
      {
        now() {
          throw new TypeError("undefined is not a function");
        },
      },
    );
    await start();
    await expect(launcher.latest.peer.request("now", {})).rejects.toMatchObject({ code: ErrorCode.INTERNAL_ERROR });
    expect(records).toContainEqual(expect.objectContaining({ level: "error", message: "the handler of now failed" }));
  });

  it("an onProgress that throws changes nothing for the call", async () => {
    const { records, start } = setup({
      handlers: {
        slow(_, call) {
          call.progress(1);
          return "done";
        },
      },
    });
    const worker = await start();
    const onProgress = (): void => {
      throw new Error("progress bar");
    };
    await expect(worker.request("slow", {}, { onProgress })).resolves.toBe("done");
    expect(records).toContainEqual(expect.objectContaining({ level: "error", message: "onProgress of slow failed" }));
  });
});
