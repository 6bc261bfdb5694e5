import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { plain } from "../test/contracts/plain.js";
import { rawSession } from "../test/support/raw-session.js";
import { currentContext, detached } from "./invocation.js";
import type { WorkerContext } from "./plugin-context.js";

type Context = WorkerContext<typeof plain>;

/** Far from every handler, as a repository module would be. */
const ask = (params: unknown) => currentContext(plain)?.host.request("ask", params);

const idsByParam = (calls: readonly { params: unknown; meta?: { invocationId?: string } | undefined }[]) =>
  Object.fromEntries(calls.map(({ params, meta }) => [String(params), meta?.invocationId]));

test("A18 overlapping calls keep their invocations apart, through awaits, timers and imported code", async () => {
  const { initialize, run, calls } = rawSession({
    async run(name, { host, log }) {
      await host.request("ask", `${name} direct`);
      // Each comes back at a time of its own.
      for (let turns = name === "a" ? 5 : 1; turns > 0; turns--) await turn();
      await ask(`${name} imported`);
      await Promise.all([1, 2].map(async (n) => ask(`${name} parallel ${n}`)));
      await new Promise<void>((resolve) => setTimeout(() => ask(`${name} timer`)?.then(() => resolve()), 1));
      host.notify("note", `${name} notification`);
      log.info("done");
      return null;
    },
  });
  await initialize();
  await Promise.all([run("a", "A"), run("b", "B")]);
  expect(calls).toHaveLength(12);
  for (const [param, id] of Object.entries(idsByParam(calls))) expect(id, param).toBe(param.slice(0, 1).toUpperCase());
});

test("a stream keeps its invocation across yields, whoever asks for the next item", async () => {
  const seen: unknown[] = [];
  const { initialize, peer, calls } = rawSession({
    async *items(name) {
      try {
        for (let n = 1; n <= 3; n++) {
          await ask(`${name} ${n}`);
          yield n;
        }
      } finally {
        seen.push(currentContext()?.invocationId);
      }
    },
  });
  await initialize();
  const read = async (name: string) => {
    const items: unknown[] = [];
    const meta = { invocation: { id: name.toUpperCase() } };
    for await (const item of peer.stream("items", name, { meta, window: { items: 1 } })) items.push(item);
    return items;
  };
  expect(await Promise.all([read("a"), read("b")])).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  for (const [param, id] of Object.entries(idsByParam(calls))) expect(id, param).toBe(param.slice(0, 1).toUpperCase());
  expect(seen.sort()).toEqual(["A", "B"]);
});

test("a plain iterable of a stream runs in its call too", async () => {
  const { initialize, peer } = rawSession({
    *items() {
      yield currentContext()?.invocationId;
      yield currentContext()?.invocationId;
    },
  });
  await initialize();
  const items: unknown[] = [];
  for await (const item of peer.stream("items", null, { meta: { invocation: { id: "A" } } })) items.push(item);
  expect(items).toEqual(["A", "A"]);
});

test("W5: detached work carries no invocation, not even through the context of its call", async () => {
  const work: Promise<unknown>[] = [];
  const { initialize, run, calls } = rawSession({
    run(_, context) {
      context.detached(() => {
        work.push(
          context.host.request("ask", "context"),
          turn().then(() => context.host.request("ask", "later")),
        );
        work.push(Promise.resolve(currentContext()));
      });
      work.push(detached(() => context.host.request("ask", "imported")));
      return context.host.request("ask", "attached");
    },
  });
  await initialize();
  await run(null, "A");
  expect((await Promise.all(work))[2]).toBeUndefined();
  expect(idsByParam(calls)).toEqual({ attached: "A", context: undefined, later: undefined, imported: undefined });
});

test("a context's own invocation wins over the one its host is used in", async () => {
  const contexts: Context[] = [];
  const { initialize, run, calls } = rawSession({
    async run(name, context) {
      contexts.push(context);
      // The second call flushes what both had to ask, as a batching loader does.
      if (name === "b") await Promise.all(contexts.map(({ host }) => host.request("ask", null)));
      else await new Promise((resolve) => setImmediate(resolve));
    },
  });
  await initialize();
  await Promise.all([run("a", "A"), run("b", "B")]);
  expect(calls.map(({ meta }) => meta?.invocationId)).toEqual(["A", "B"]);
});

test("the host of setup serves whatever call uses it later", async () => {
  let kept: Context["host"] | undefined;
  const { initialize, peer, run, calls } = rawSession(
    { run: () => kept?.request("ask", "kept") },
    {
      setup: ({ host }) => {
        kept = host;
      },
    },
  );
  await initialize();
  await peer.request("initialized", {});
  await run(null, "A");
  expect(idsByParam(calls)).toEqual({ kept: "A" });
});

test("outside a call there is no context", () => {
  expect(currentContext()).toBeUndefined();
});

test("the host object of a call without a scope has no other call's, however long it is kept", async () => {
  let kept: Context["host"] | undefined;
  const { initialize, peer, run, calls } = rawSession({
    run(name, { host }) {
      if (name === "keep") kept = host;
      else return kept?.request("ask", "kept");
    },
  });
  await initialize();
  await peer.request("run", "keep");
  await run("use", "B");
  expect(idsByParam(calls)).toEqual({ kept: undefined });
});
