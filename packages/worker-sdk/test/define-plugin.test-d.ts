import type { Remote, WorkerToHost } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { definePlugin, type WorkerContext } from "@outrigger/worker-sdk";
import { expectTypeOf, test } from "vitest";
import { greeter } from "./contracts/greeter.js";

const good = {
  greet: async () => ({ text: "" }),
  async *tail() {
    yield "";
  },
  flush() {},
};

test("a plugin declares capabilities its contract names", () => {
  definePlugin(greeter, good, { capabilities: ["state.read"] });
  // @ts-expect-error: no method of the contract needs it
  definePlugin(greeter, good, { capabilities: ["state.raed"] });
});

test("handlers take the params schema's output, and the context types the host", () => {
  definePlugin(greeter, {
    async greet({ name, times }, { host, log, signal, deadline, scope, progress }) {
      expectTypeOf(name).toEqualTypeOf<string>();
      expectTypeOf(times).toEqualTypeOf<number>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(deadline).toEqualTypeOf<number | undefined>();
      expectTypeOf(scope).toEqualTypeOf<{ readonly tenant: string } | undefined>();
      expectTypeOf(host).toEqualTypeOf<Remote<WorkerToHost<typeof greeter>>>();
      progress({ any: "value" });
      log.info("greeting", { name });
      const title = await host.request("state.get", { key: name }, { signal });
      expectTypeOf(title).toEqualTypeOf<string | null>();
      // @ts-expect-error: no such method of the host
      host.request("state.gett", { key: name });
      // @ts-expect-error: wrong params
      host.request("state.get", { key: 1 });
      // @ts-expect-error: a request is no notification
      host.notify("state.get", { key: name });
      return { text: `Hello ${title ?? "friend"} ${name}! `.repeat(times) };
    },
    async *tail({ file }, { signal }) {
      expectTypeOf(file).toEqualTypeOf<string>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      yield file;
    },
    flush() {},
  });
});

test("an optional method may be left out, or implemented", () => {
  definePlugin(greeter, good);
  definePlugin(greeter, {
    ...good,
    forget({ name }) {
      expectTypeOf(name).toEqualTypeOf<string>();
      return true;
    },
  });
});

test("a wrong handler does not compile", () => {
  // @ts-expect-error: wrong return
  definePlugin(greeter, { ...good, greet: async () => ({ txt: "" }) });
  // @ts-expect-error: wrong return of a plain function
  definePlugin(greeter, { ...good, greet: () => "text" });
  // @ts-expect-error: wrong item
  definePlugin(greeter, { ...good, tail: () => [1] });
  // @ts-expect-error: a stream's handler returns an iterable
  definePlugin(greeter, { ...good, tail: () => 1 });
  // @ts-expect-error: no handler for greet
  definePlugin(greeter, { tail: good.tail, flush: good.flush });
  // @ts-expect-error: no such method
  definePlugin(greeter, { ...good, gret: good.greet });
});

test("hooks are given the context", () => {
  definePlugin(greeter, good, {
    name: "greeter",
    version: "1.2.3",
    async setup({ host, worker }) {
      expectTypeOf(worker.config).toBeUnknown();
      expectTypeOf(await host.request("state.get", { key: "" })).toEqualTypeOf<string | null>();
    },
    health: () => ({ status: "degraded", message: "slow" }),
    teardown: async () => {},
  });
  definePlugin(greeter, good, { health: async () => ({ status: "ok" }) });
  // @ts-expect-error: no such status
  definePlugin(greeter, good, { health: () => ({ status: "fine" }) });
});

test("the ready-made contract needs no handler", () => {
  definePlugin(pluginContract, {});
  definePlugin(pluginContract, {
    async runJob({ job, run }, { progress, host }) {
      expectTypeOf(job).toEqualTypeOf<string>();
      expectTypeOf(run.attempt).toEqualTypeOf<number>();
      progress({ done: 1, total: 2 });
      // @ts-expect-error: not of the job's progress
      progress({ done: "1" });
      await host.request("metrics.write", { name: "runs", value: 1 });
      return null;
    },
  });
});

test("a handler knows its trace, and may choose another for what it calls", () => {
  definePlugin(greeter, {
    ...good,
    greet: async (_, { host, traceparent }) => {
      expectTypeOf(traceparent).toEqualTypeOf<string | undefined>();
      return { text: (await host.request("state.get", { key: "" }, { traceparent })) ?? "" };
    },
  });
});

test("a context can be handed to a function that names the contract", () => {
  const read = (context: WorkerContext<typeof greeter>) => context.host.request("state.get", { key: "" });
  definePlugin(greeter, {
    ...good,
    greet: async (_, context) => ({ text: (await read(context)) ?? "" }),
  });
});
