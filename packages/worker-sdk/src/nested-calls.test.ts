import { ErrorCode, type IncomingCall } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { rawSession } from "../test/support/raw-session.js";

/** A host that answers only when it is cancelled. */
const untilAborted = (call: IncomingCall) =>
  new Promise((resolve) => call.signal.addEventListener("abort", () => resolve("aborted")));

const deadlines = (calls: readonly IncomingCall[]) =>
  Object.fromEntries(calls.map(({ params, meta }) => [String(params), meta?.deadlineMs ?? 0]));

test("B26: a nested call gets what is left of its caller's time, never more", async () => {
  const { initialize, run, calls } = rawSession(
    {
      async run(_, { host, detached }) {
        await host.request("ask", "default");
        await host.request("slow", "of the method");
        await host.request("ask", "longer", { timeoutMs: 60_000 });
        await host.request("ask", "shorter", { timeoutMs: 100 });
        await detached(() => host.request("slow", "detached"));
        await host.stream("readings", "stream").next();
      },
    },
    { answer: (call) => (call.definition.kind === "stream" ? [1] : null) },
  );
  await initialize();
  await run(null, "A", 2_000);
  const left = deadlines(calls);
  for (const name of ["default", "of the method", "longer", "stream"]) {
    expect(left[name], name).toBeGreaterThan(1_000);
    expect(left[name], name).toBeLessThanOrEqual(2_000);
  }
  expect(left.shorter).toBe(100);
  expect(left.detached).toBe(60_000);
});

test("a nested call of a call without a deadline has its own", async () => {
  const { initialize, peer, calls } = rawSession({
    async *items(_, { host }) {
      yield await host.request("slow", "nested");
    },
  });
  await initialize();
  await peer.stream("items", null).next();
  expect(deadlines(calls)).toEqual({ nested: 60_000 });
});

test("a nested call with no time left is not sent", async () => {
  let now = 0;
  const clock = { now: () => now, setTimer: () => () => {} };
  const { initialize, run, calls } = rawSession(
    {
      async run(_, { host }) {
        now += 1_000;
        const failures = [host.request("ask", null), host.stream("readings", null).next()];
        return (await Promise.allSettled(failures)).map(
          (outcome) => outcome.status === "rejected" && outcome.reason.code,
        );
      },
    },
    { clock },
  );
  await initialize();
  await expect(run(null, "A", 1_000)).resolves.toEqual([ErrorCode.TIMEOUT, ErrorCode.TIMEOUT]);
  expect(calls).toEqual([]);
});

test("ctx.deadline is when the caller stops waiting, on the clock of the world", async () => {
  const { initialize, run } = rawSession({ run: (_, { deadline }) => (deadline ?? 0) - Date.now() });
  await initialize();
  const left = (await run(null, "A", 5_000)) as number;
  expect(left).toBeGreaterThan(4_000);
  expect(left).toBeLessThanOrEqual(5_001);
});

test("cancelling a call cancels the calls made for it, unless they have a signal of their own or are detached", async () => {
  const cancel = new AbortController();
  const own = new AbortController();
  const nested: Record<string, Promise<unknown>> = {};
  const host = rawSession(
    {
      async run(_, { host, signal, detached }) {
        nested.inherited = host.request("ask", "inherited");
        nested.explicit = host.request("ask", "explicit", { signal });
        nested.own = host.request("ask", "own", { signal: own.signal });
        nested.detached = detached(() => host.request("ask", "detached"));
        await nested.inherited;
      },
    },
    {
      answer(call) {
        if (call.params === "detached") setImmediate(() => cancel.abort());
        return untilAborted(call);
      },
    },
  );
  await host.initialize();
  await expect(host.peer.request("run", null, { signal: cancel.signal })).rejects.toMatchObject({
    code: ErrorCode.CANCELLED,
  });
  await expect(nested.inherited).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  await expect(nested.explicit).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  const aborted = () => host.calls.filter((call) => call.aborted).map(({ params }) => params);
  await expect.poll(aborted).toEqual(["inherited", "explicit"]);
  own.abort();
  await expect(nested.own).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  await expect.poll(aborted).toEqual(["inherited", "explicit", "own"]);
});

test("a deadline that goes without saying is the handler's, and not told to the host", async () => {
  const deadlineMs = 30_000;
  const { initialize, run, peer, calls } = rawSession({
    async run(_, { host, deadline, detached }) {
      await detached(() => host.request("ask", "detached"));
      await detached(() => host.request("slow", "of the method"));
      return (deadline ?? 0) - Date.now();
    },
  });
  const { features } = await initialize({ limits: { deadlineMs } });
  peer.agree(features, deadlineMs);
  peer.sendAgreed();
  const left = (await run(null, "A")) as number;
  expect(left).toBeGreaterThan(deadlineMs - 1_000);
  expect(left).toBeLessThanOrEqual(deadlineMs + 1);
  expect(deadlines(calls), "0: none was told").toEqual({ detached: 0, "of the method": 60_000 });
});

test("an option that nobody knows, that is the host's, or that cannot be read, is refused", async () => {
  const { initialize, run, calls, logs } = rawSession({
    async run(_, { host, detached }) {
      const [typo, scope, trace] = [{ timeout: 5 }, { scope: { tenant: "B" } }, { tracepraent: "x" }] as never[];
      const options = {
        get timeoutMs(): number {
          throw new Error("no");
        },
      };
      const failures = [
        host.request("ask", null, typo),
        detached(() => host.stream("readings", null, scope).next()),
        host.request("ask", null, options),
        host.stream("readings", null, options).next(),
      ];
      expect(host.notify("note", null, trace)).toBe(false);
      return (await Promise.allSettled(failures)).map(
        (outcome) => outcome.status === "rejected" && [outcome.reason.code, outcome.reason.message],
      );
    },
  });
  await initialize();
  const known = "timeoutMs, idleTimeoutMs, signal, input, traceparent, tracestate";
  const messages = [
    `ask: there is no option "timeout"; did you mean timeoutMs? (it has ${known}, onProgress)`,
    `readings: there is no option "scope" (it has ${known}, window)`,
    "ask: its options cannot be read: Error: no",
    "readings: its options cannot be read: Error: no",
  ];
  await expect(run(null, "A", 1_000)).resolves.toEqual(messages.map((message) => [ErrorCode.INVALID_PARAMS, message]));
  expect(calls).toEqual([]);
  expect(logs.map(({ message }) => message)).toEqual([
    'note: there is no option "tracepraent"; did you mean traceparent? (it has traceparent, tracestate)',
  ]);
});

test("a wrong timeout is refused, and a nested rejection nobody awaits ends no process", async () => {
  const { initialize, run, calls } = rawSession({
    run(_, { host }) {
      for (const timeoutMs of [0, -5, Number.NaN]) host.request("ask", null, { timeoutMs });
      return host.request("ask", null, { timeoutMs: 0 });
    },
  });
  await initialize();
  await expect(run(null, "A")).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
  expect(calls).toEqual([]);
});
