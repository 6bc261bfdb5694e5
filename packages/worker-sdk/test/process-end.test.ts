import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { ErrorCode } from "@outrigger/protocol";
import { expect, onTestFinished, test } from "vitest";
import { plain } from "./contracts/plain.js";
import { fixture } from "./support/fixture.js";
import { startWorker } from "./support/worker-process.js";

test.each([
  ["throw", "uncaught exception", "thrown later"],
  ["reject", "unhandled rejection", "rejected later"],
])("W4 after a %s the worker takes no more calls, says why, and exits with code 1", async (kind, what, message) => {
  const worker = startWorker("crashing", plain);
  await worker.initialize();
  worker.peer.request("run", kind).catch(() => {});
  await expect.poll(() => worker.logs).toMatchObject([{ level: "fatal", message: what, meta: { error: { message } } }]);
  await expect(worker.exited).resolves.toEqual({ code: 1, signal: null });
  expect(worker.stderr()).toContain(`acme.plain: ${what}: Error: ${message}\n    at `);
});

test("W4: a call that comes after the exception is not served, however long the last bytes take to leave", async () => {
  const worker = startWorker("crashing", plain);
  await worker.initialize();
  worker.child.stdout.pause();
  const served = worker.peer.request("other", 5_000_000);
  worker.peer.request("run", "throw").catch(() => {});
  await expect.poll(worker.stderr).toContain("thrown later");
  const late = worker.peer.request("other", 1);
  late.catch(() => {});
  await new Promise(setImmediate);
  worker.child.stdout.resume();
  await expect(late).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
  expect(((await served) as string).length).toBe(5_000_000);
  await expect(worker.exited).resolves.toEqual({ code: 1, signal: null });
});

test("the worker exits by itself when stdin ends, after its teardown", async () => {
  const worker = startWorker("hanging", plain);
  await worker.initialize();
  worker.peer.request("run", "calm").catch(() => {});
  await expect.poll(() => worker.stderr()).toContain("running");
  worker.child.stdin.end();
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
  expect(worker.stderr()).toContain("torn down");
});

test("a worker nobody reads any more ends, though its stdin stays open", async () => {
  const worker = startWorker("crashing", plain);
  await worker.initialize();
  worker.child.stdout.destroy();
  worker.child.stdin.write('{"jsonrpc":"2.0","id":99,"method":"other","params":1}\n');
  await expect(worker.exited).resolves.toEqual({ code: 1, signal: null });
  expect(worker.stderr()).toContain("the channel to the host broke: write EPIPE");
});

test("stdin that ends before the handshake ends the worker", async () => {
  const worker = startWorker("hanging", plain);
  worker.child.stdin.end();
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
});

interface Orphan {
  readonly pid: number;
  readonly killParent: () => void;
  readonly stderr: () => string;
}

async function orphan(kind: string, launcher = "host"): Promise<Orphan> {
  const call = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "run", params: kind });
  const parent = spawn(process.execPath, [fixture("parent").pathname, fixture("hanging").pathname, call], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, LAUNCHER: launcher },
  });
  let stderr = "";
  parent.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [line] = await once(createInterface(parent.stdout), "line");
  const pid = Number(line);
  onTestFinished(() => {
    parent.kill("SIGKILL");
    if (isAlive(pid)) process.kill(launcher === "host" ? -pid : pid, "SIGKILL");
  });
  await expect.poll(() => stderr, { timeout: 5_000 }).toContain("running");
  return { pid, killParent: () => void parent.kill("SIGKILL"), stderr: () => stderr };
}

/** A process that ended and waits for its new parent to notice is gone too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const gone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 2_000, interval: 20 }).toBe(false);

test("no orphans: a worker that hangs in for(;;) is gone within 2 s of its host's kill -9, its children too", async () => {
  const { pid, killParent, stderr } = await orphan("child");
  const child = Number(/child (\d+)/.exec(stderr())?.[1]);
  expect(isAlive(child)).toBe(true);
  killParent();
  await gone(pid);
  await gone(child);
});

test("no orphans: a hung worker that leads no process group of its own is gone too", async () => {
  const { pid, killParent } = await orphan("hang", "plain");
  killParent();
  await gone(pid);
});

test("no orphans: a worker that does not hang ends in peace when its host is killed", async () => {
  const { pid, killParent, stderr } = await orphan("calm");
  killParent();
  await gone(pid);
  expect(stderr()).toContain("torn down");
});
