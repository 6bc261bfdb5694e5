import { ErrorCode } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { plain } from "../test/contracts/plain.js";
import { rawSession } from "../test/support/raw-session.js";
import { startWorker } from "../test/support/worker-process.js";

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
const thrower = (value: unknown) => () => {
  throw value;
};
const hostile: [name: string, value: () => unknown][] = [
  ["a revoked proxy", revoked],
  ["an error whose message cannot be read", () => Object.defineProperty(new Error(), "message", { get: thrower(1) })],
  ["an error whose stack is a symbol", () => Object.assign(new Error("x"), { stack: Symbol("s") })],
  ["an object without a prototype", () => Object.create(null)],
  ["undefined", () => undefined],
];

test.each(hostile)("whatever a handler throws is answered: %s", async (_, make) => {
  const { peer, initialize } = rawSession(
    {
      run: thrower(make()),
      other: () => Promise.reject(make()),
      // biome-ignore lint/correctness/useYield: it fails first
      async *items() {
        throw make();
      },
      tell: thrower(make()),
    },
    { health: thrower(make()), teardown: () => Promise.reject(make()) },
  );
  await initialize();
  const answered = { code: ErrorCode.WORKER_ERROR, message: expect.any(String) };
  await expect(peer.request("run", null)).rejects.toMatchObject(answered);
  await expect(peer.request("other", null)).rejects.toMatchObject(answered);
  await expect(peer.stream("items", null).next()).rejects.toMatchObject(answered);
  expect(peer.notify("tell", null)).toBe(true);
  await expect(peer.request("health", {})).resolves.toMatchObject({ status: "error", message: expect.any(String) });
  await expect(peer.request("shutdown", {})).rejects.toMatchObject(answered);
});

test.each(hostile)("whatever setup throws ends the worker with a line that says so: %s", async (_, make) => {
  const { initialize, ended, stderr } = rawSession({}, { setup: thrower(make()) });
  await initialize({ features: [] });
  await expect(ended).resolves.toBe(1);
  expect(stderr()).toContain("acme.plain: setup failed: ");
});

test("H1 a revoked proxy as rejection ends no process when a handler throws it, and ends it well when nobody handles it", async () => {
  const worker = startWorker("crashing", plain);
  await worker.initialize();
  await expect(worker.peer.request("run", "revoked")).rejects.toMatchObject({ code: ErrorCode.WORKER_ERROR });
  await expect(worker.peer.request("other", 3)).resolves.toBe("xxx");
  worker.peer.request("run", "revoked, unhandled").catch(() => {});
  await expect(worker.exited).resolves.toEqual({ code: 1, signal: null });
  expect(worker.stderr()).toContain("acme.plain: un");
});
