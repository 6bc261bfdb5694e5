import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAlive, next, type RawWorker, raw, rawHost } from "./raw-host.js";

let folder: string;
let server: Server;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-orphans-"));
  path = process.platform === "win32" ? `\\\\.\\pipe\\${folder}` : join(folder, "socket");
  server = createServer().listen(path);
  await once(server, "listening");
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a process of the worker's own; the function resolves when that process is gone. */
async function startGrandchild(worker: RawWorker): Promise<() => Promise<unknown>> {
  const connection = once(server, "connection") as Promise<[Socket]>;
  await worker.request("start-grandchild", { path });
  const [socket] = await connection;
  socket.on("error", () => {});
  const closed = once(socket, "close");
  return () => closed;
}

test("stop ends what the worker started, and does not wait for it", async () => {
  const { host } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  const gone = await startGrandchild(worker);
  await host.stop("w");
  expect(worker.status).toBe("stopped");
  await gone();
});

test("a crash ends what the worker started, before its next process starts", async () => {
  const { host } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  const gone = await startGrandchild(worker);
  const [crash, restarted] = [next(worker, "crash"), next(worker, "restarted")];
  worker.notify("exit-now", { code: 3 });
  expect(await crash).toMatchObject({ reason: "exit-code", code: 3 });
  await restarted;
  await gone();
});

test("kill -9 of the worker ends what it started", async () => {
  const { host } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  const gone = await startGrandchild(worker);
  process.kill(worker.pid as number, "SIGKILL");
  await gone();
});

test("a worker deaf to SIGTERM that ignores its shutdown is ended all the same", async () => {
  const { host } = rawHost();
  await using _ = host;
  const worker = await host.start("w", { ...raw, timeouts: { drainMs: 50, terminateMs: 50 } });
  const pid = worker.pid as number;
  await worker.request("ignore-sigterm", {});
  await worker.request("stop-reading", {});
  const exit = next(worker, "exit");
  await host.stop("w");
  expect(await exit).toMatchObject({ reason: "requested", signal: "SIGKILL" });
  expect(isAlive(pid)).toBe(false);
});
