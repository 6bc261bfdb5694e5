import { ErrorCode } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { rawSession } from "../test/support/raw-session.js";

function latch() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("W1: calls in flight are answered before shutdown is, and their calls of the host still work", async () => {
  const order: string[] = [];
  const gate = latch();
  const { peer, initialize, ended } = rawSession(
    {
      async run(_, { host }) {
        await gate.opened;
        return host.request("ask", null);
      },
      async *items() {
        yield 1;
        await gate.opened;
        yield 2;
      },
    },
    { answer: () => "answered", teardown: () => void order.push("teardown") },
  );
  await initialize();
  const stream = peer.stream("items", null);
  await stream.next();
  const running = peer.request("run", null).then((result) => order.push(`run ${result}`));
  const reading = stream.next().then(({ value }) => order.push(`item ${value}`));
  const end = stream.next().then(({ done }) => order.push(`end ${done}`));
  const stopped = peer.request("shutdown", {}).then(() => order.push("shutdown"));
  await expect(peer.request("run", null)).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
  await expect(peer.request("shutdown", {})).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
  expect(order).toEqual([]);
  gate.open();
  await Promise.all([running, reading, end, stopped]);
  expect(order.slice(0, -2).sort()).toEqual(["end true", "item 2", "run answered"]);
  expect(order.slice(-2)).toEqual(["teardown", "shutdown"]);
  await expect(ended).resolves.toBe(0);
});

test("who called what is aborted for the shutdown is told that, and that it may have run in part", async () => {
  const aborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  const { peer, initialize, ended } = rawSession(
    {
      async run(how, { host, signal }) {
        if (how === "nested") return host.request("ask", null);
        await aborted(signal);
        throw how === "reason" ? signal.reason : new Error("interrupted");
      },
      async *items(_, { signal }) {
        yield 1;
        await aborted(signal);
      },
    },
    { answer: () => new Promise(() => {}) },
  );
  await initialize();
  const stream = peer.stream("items", null);
  await stream.next();
  const calls = [...["nested", "reason", "error"].map((how) => peer.request("run", how)), stream.next()];
  const outcomes = Promise.all(calls.map((call) => call.catch(({ code, data }) => ({ code, data }))));
  await peer.request("shutdown", { deadlineMs: 100 });
  const told = { code: ErrorCode.SHUTTING_DOWN, data: { mayHaveRun: true } };
  expect(await outcomes).toEqual([told, told, told, told]);
  await expect(ended).resolves.toBe(0);
});

test("a handler that is late is aborted within the deadline, and may still clean up", async () => {
  const order: string[] = [];
  const { peer, initialize, ended, logs } = rawSession(
    {
      run: (_, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => {
            order.push("cleaned up");
            resolve("late");
          }),
        ),
    },
    { teardown: () => void order.push("teardown") },
  );
  await initialize();
  const answer = peer.request("run", null);
  await peer.request("shutdown", { deadlineMs: 200 });
  await expect(answer).resolves.toBe("late");
  expect(order).toEqual(["cleaned up", "teardown"]);
  expect(logs).toMatchObject([
    { level: "warn", message: expect.stringContaining("1 calls did not finish within 160 ms") },
  ]);
  await expect(ended).resolves.toBe(0);
});

test("a handler that never ends does not hold the shutdown", async () => {
  const { peer, initialize, ended } = rawSession({ run: () => new Promise(() => {}) });
  await initialize();
  peer.request("run", null);
  const started = performance.now();
  await peer.request("shutdown", { deadlineMs: 200 });
  expect(performance.now() - started).toBeLessThan(1_000);
  await expect(ended).resolves.toBe(0);
});

test("ctx.stopping tells endless work to end of itself, at once", async () => {
  const { peer, initialize } = rawSession({
    async *items(_, { stopping }) {
      yield "first";
      await new Promise((resolve) => stopping.addEventListener("abort", resolve));
      yield "last";
    },
  });
  await initialize();
  const stream = peer.stream("items", null);
  await stream.next();
  const rest = stream.next();
  await peer.request("shutdown", {});
  await expect(rest).resolves.toEqual({ done: false, value: "last" });
  await expect(stream.next()).resolves.toMatchObject({ done: true });
});

test("a teardown that fails is the shutdown's error, and the exit code is 1", async () => {
  const { peer, initialize, ended } = rawSession({}, { teardown: () => Promise.reject(new Error("cannot save")) });
  await initialize();
  await expect(peer.request("shutdown", {})).rejects.toMatchObject({ message: "cannot save" });
  await expect(ended).resolves.toBe(1);
});

test("a teardown that never ends does not hold the shutdown", async () => {
  const { peer, initialize, ended } = rawSession({}, { teardown: () => new Promise(() => {}) });
  await initialize();
  await peer.request("shutdown", { deadlineMs: 100 });
  await expect(ended).resolves.toBe(0);
});

test("when the host is gone, handlers are aborted, their calls fail, and teardown still runs", async () => {
  const order: string[] = [];
  const { peer, initialize, ended } = rawSession(
    {
      async run(_, { host, signal }) {
        signal.addEventListener("abort", () => order.push("aborted"));
        await host.request("ask", null).catch((error) => order.push(`ask ${error.code} ${error.data.mayHaveRun}`));
        await host.request("ask", null).catch((error) => order.push(`ask ${error.code} ${error.data.mayHaveRun}`));
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push("finished");
      },
    },
    { answer: () => new Promise(() => {}), teardown: ({ signal }) => void order.push(`teardown ${signal.aborted}`) },
  );
  await initialize();
  peer.request("run", null).catch(() => {});
  await expect.poll(() => peer.load.incoming).toBe(1);
  peer.close(() => new Error("gone") as never);
  await expect(ended).resolves.toBe(0);
  const gone = ErrorCode.SHUTTING_DOWN;
  expect(order).toEqual(["aborted", `ask ${gone} true`, `ask ${gone} false`, "finished", "teardown true"]);
});

test("when the host goes away during a drain, nothing waits for it any more", async () => {
  const order: string[] = [];
  const { peer, initialize, ended } = rawSession(
    {
      async run(_, { host }) {
        await host.request("ask", null).catch((error) => order.push(`ask ${error.code}`));
      },
    },
    { answer: () => new Promise(() => {}), teardown: () => void order.push("teardown") },
  );
  await initialize();
  peer.request("run", null).catch(() => {});
  await expect.poll(() => peer.load.incoming).toBe(1);
  peer.request("shutdown", { deadlineMs: 600_000 }).catch(() => {});
  await peer.flush();
  peer.close(() => new Error("gone") as never);
  await expect(ended).resolves.toBe(0);
  expect(order).toEqual([`ask ${ErrorCode.SHUTTING_DOWN}`, "teardown"]);
});

test("a shutdown waits for a setup the host does not know of before it tears down", async () => {
  const order: string[] = [];
  const gate = latch();
  const { peer, initialize, ended } = rawSession(
    {},
    {
      async setup() {
        order.push("setup begins");
        await gate.opened;
        order.push("setup ends");
      },
      teardown: () => void order.push("teardown"),
    },
  );
  await initialize({ features: [] });
  await expect.poll(() => order).toEqual(["setup begins"]);
  const stopped = peer.request("shutdown", {});
  // Long enough for a teardown that does not wait.
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  gate.open();
  await stopped;
  expect(order).toEqual(["setup begins", "setup ends", "teardown"]);
  await expect(ended).resolves.toBe(0);
});

test("a worker that was never greeted has nothing to tear down", async () => {
  const order: string[] = [];
  const { peer, ended } = rawSession({}, { teardown: () => void order.push("teardown") });
  peer.close(() => new Error("gone") as never);
  await expect(ended).resolves.toBe(0);
  expect(order).toEqual([]);
});

test("a setup that never ends does not keep the teardown from running", async () => {
  const order: string[] = [];
  const { peer, initialize, ended } = rawSession(
    {},
    { setup: () => new Promise(() => {}), teardown: () => void order.push("teardown") },
  );
  await initialize({ features: [] });
  await peer.request("shutdown", { deadlineMs: 200 });
  await expect(ended).resolves.toBe(0);
  expect(order).toEqual(["teardown"]);
});
