import { type } from "arktype";
import * as v from "valibot";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  defineContract,
  type Handlers,
  type HostToWorker,
  type ItemStream,
  notification,
  type Remote,
  request,
  type ScopeOf,
  stream,
  type TenantScope,
  type WorkerToHost,
} from "./index.js";
import { pluginContract } from "./plugin-contract.js";

const contract = defineContract({
  name: "acme.greeter",
  version: 1,
  hostToWorker: {
    greet: request({
      params: z.object({ name: z.string(), times: z.int().default(1) }),
      result: z.object({ at: z.string().transform((text) => new Date(text)) }),
      progress: z.object({ done: z.string().transform(Number) }),
    }),
    tail: stream({ params: z.object({ file: z.string() }), item: z.string().transform((line) => line.length) }),
    flush: notification({ params: z.object({ hard: z.boolean().default(false) }) }),
    maybe: request({ params: z.object({}), result: z.null(), optional: true }),
    importAll: request({
      params: z.object({ into: z.string() }),
      result: z.number(),
      progress: z.object({ done: z.number() }),
      input: z.object({ at: z.string().transform((text) => new Date(text)) }),
    }),
    convert: stream({ params: z.object({}), item: z.number(), input: z.string().transform(Number), optional: true }),
  },
  workerToHost: {
    "state.get": request({ params: z.object({ key: z.string() }), result: z.string().nullable(), scoped: true }),
  },
});

type Methods = HostToWorker<typeof contract>;
interface Context {
  readonly signal: AbortSignal;
}
declare const worker: Remote<Methods, { scope?: TenantScope }>;
declare const host: Remote<WorkerToHost<typeof contract>>;
const handlers = (given: Handlers<Methods, Context>): unknown => given;
const good: Handlers<Methods, Context> = {
  greet: () => ({ at: "2026-01-01" }),
  tail: () => ["a"],
  flush: () => {},
  importAll: () => 1,
};

describe("the caller", () => {
  test("passes schema input and receives schema output", () => {
    expectTypeOf(worker.request("greet", { name: "Ada" })).resolves.toEqualTypeOf<{ at: Date }>();
    expectTypeOf(worker.request("greet", { name: "Ada", times: 2 }, { timeoutMs: 5, scope: { tenant: "t" } }));
    expectTypeOf(host.request("state.get", { key: "a" })).resolves.toEqualTypeOf<string | null>();
  });

  test("cannot call what is not in the contract, or as something else", () => {
    // @ts-expect-error no such method
    worker.request("gret", { name: "Ada" });
    // @ts-expect-error a notification is no request
    worker.request("flush", {});
    // @ts-expect-error a request is no notification
    worker.notify("greet", { name: "Ada" });
    // @ts-expect-error a stream is no request
    worker.request("tail", { file: "a" });
    // @ts-expect-error the other direction's method
    worker.request("state.get", { key: "a" });
    // @ts-expect-error inherited names are no methods
    worker.request("toString", {});
  });

  test("cannot pass wrong params or options", () => {
    // @ts-expect-error a number is no name
    worker.request("greet", { name: 1 });
    // @ts-expect-error the name is missing
    worker.request("greet", {});
    // @ts-expect-error no such member
    worker.request("greet", { name: "Ada", nme: 1 });
    // @ts-expect-error no such option
    worker.request("greet", { name: "Ada" }, { timeout: 5 });
    // @ts-expect-error the other end adds no scope
    host.request("state.get", { key: "a" }, { scope: { tenant: "t" } });
  });

  test("gives the items of an input where the method takes one, and must", () => {
    async function* times() {
      yield { at: "2026-01-01" };
    }
    const into = { into: "a" };
    expectTypeOf(worker.request("importAll", into, { input: times() })).resolves.toEqualTypeOf<number>();
    expectTypeOf(worker.stream("convert", {}, { input: ["1"], window: { items: 1 } })).toEqualTypeOf<
      ItemStream<number>
    >();
    worker.request("importAll", into, {
      input: [{ at: "" }],
      scope: { tenant: "t" },
      onProgress: ({ done }) => expectTypeOf(done).toEqualTypeOf<number>(),
    });
    // @ts-expect-error it has no input
    worker.request("importAll", into);
    // @ts-expect-error it has no input
    worker.request("importAll", into, {});
    // @ts-expect-error it has no input
    worker.stream("convert", {});
    // @ts-expect-error items are schema input: text, not a Date
    worker.request("importAll", into, { input: [{ at: new Date() }] });
    // @ts-expect-error greet takes no input
    worker.request("greet", { name: "Ada" }, { input: [] });
    // @ts-expect-error tail takes no input
    worker.stream("tail", { file: "a" }, { input: [] });
  });

  test("hears progress and items as schema output", () => {
    worker.request(
      "greet",
      { name: "Ada" },
      { onProgress: (value) => expectTypeOf(value).toEqualTypeOf<{ done: number }>() },
    );
    expectTypeOf(worker.stream("tail", { file: "a" })).toEqualTypeOf<ItemStream<number>>();
    expectTypeOf(worker.notify("flush", {})).toEqualTypeOf<boolean>();
  });
});

describe("the handler", () => {
  test("receives schema output and returns schema input", () => {
    handlers({
      greet: async (params, context) => {
        expectTypeOf(params).toEqualTypeOf<{ name: string; times: number }>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        expectTypeOf(context.progress).parameters.toEqualTypeOf<[{ done: string }]>();
        return { at: "2026-01-01" };
      },
      async *tail({ file }) {
        expectTypeOf(file).toEqualTypeOf<string>();
        yield "a line";
      },
      flush: ({ hard }) => expectTypeOf(hard).toEqualTypeOf<boolean>(),
      maybe: () => null,
      async importAll(params, context) {
        expectTypeOf(params).toEqualTypeOf<{ into: string }>();
        expectTypeOf(context.input).toEqualTypeOf<ItemStream<{ at: Date }>>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        expectTypeOf(context.progress).parameters.toEqualTypeOf<[{ done: number }]>();
        return 1;
      },
      async *convert(_, { input }) {
        for await (const item of input) yield item;
      },
    });
  });

  test("must be there, unless its method is optional", () => {
    handlers(good);
    const { greet, tail, flush, importAll } = good;
    // @ts-expect-error flush is missing
    handlers({ greet, tail, importAll });
    // @ts-expect-error greet is missing
    handlers({ tail, flush, importAll });
    // @ts-expect-error no such method
    handlers({ ...good, gret: () => null });
  });

  test("has an input only where the method takes one", () => {
    handlers({
      ...good,
      // @ts-expect-error greet takes no input
      greet: (_, { input }) => input,
    });
  });

  test("cannot return or yield what the schema does not take", () => {
    // @ts-expect-error the caller gets a Date, the handler returns its text
    handlers({ ...good, greet: () => ({ at: new Date() }) });
    // @ts-expect-error nothing returned
    handlers({ ...good, greet: async () => {} });
    handlers({
      ...good,
      // @ts-expect-error items are strings here
      async *tail() {
        yield 1;
      },
    });
    // @ts-expect-error a stream is no promise of one item
    handlers({ ...good, tail: async () => "a" });
  });
});

describe("schemas", () => {
  const mixed = defineContract({
    name: "mixed",
    version: 1,
    hostToWorker: {
      valibot: request({
        params: v.object({ n: v.optional(v.number(), 1) }),
        result: v.pipe(v.string(), v.transform(Number)),
      }),
      arktype: request({ params: type({ n: "number = 1" }), result: type("string.numeric.parse") }),
    },
  });
  type Mixed = HostToWorker<typeof mixed>;
  const other: Remote<Mixed> = null as never;

  test("of valibot and arktype keep input and output apart", () => {
    expectTypeOf(other.request("valibot", {})).resolves.toEqualTypeOf<number>();
    expectTypeOf(other.request("arktype", {})).resolves.toEqualTypeOf<number>();
    expectTypeOf<Handlers<Mixed, unknown>["valibot"]>().parameter(0).toEqualTypeOf<{ n: number }>();
    expectTypeOf<ReturnType<Handlers<Mixed, unknown>["arktype"]>>().toEqualTypeOf<string | PromiseLike<string>>();
    // @ts-expect-error a string is no number
    other.request("valibot", { n: "1" });
    // @ts-expect-error a string is no number
    other.request("arktype", { n: "1" });
  });

  test("must be schemas", () => {
    // @ts-expect-error no schema
    request({ params: { name: "string" }, result: z.null() });
    // @ts-expect-error a request has a result
    request({ params: z.object({}) });
    // @ts-expect-error a stream has items
    stream({ params: z.object({}), result: z.null() });
    // @ts-expect-error no such option
    request({ params: z.object({}), result: z.null(), timeout: 5 });
  });
});

describe("a contract", () => {
  test("has the tenant as its scope, or the type of its own", () => {
    expectTypeOf<ScopeOf<typeof contract>>().toEqualTypeOf<TenantScope>();
    const scoped = defineContract({
      name: "scoped",
      version: 1,
      hostToWorker: {},
      scope: z.object({ team: z.string(), user: z.string().optional() }),
    });
    expectTypeOf<ScopeOf<typeof scoped>>().toEqualTypeOf<{ team: string; user?: string | undefined }>();
  });

  test("extends the plugin contract by spreading", () => {
    const extended = defineContract({
      name: "acme.product",
      version: 1,
      hostToWorker: {
        ...pluginContract.hostToWorker,
        greet: request({ params: z.object({ name: z.string() }), result: z.string() }),
        later: request({ params: z.object({}), result: z.string(), optional: true }),
      },
      workerToHost: { ...pluginContract.workerToHost },
    });
    type Extended = Handlers<HostToWorker<typeof extended>, Context>;
    const least: Extended = { greet: ({ name }) => name };
    expectTypeOf(least).toExtend<Extended>();
    expectTypeOf<{ onEvent: () => void }>().not.toExtend<Extended>();
    const all: Extended = {
      ...least,
      async onEvent({ event }) {
        expectTypeOf(event.tenant).toEqualTypeOf<string | undefined>();
      },
      runJob: ({ job, run, params }, { progress }) => {
        expectTypeOf(run.trigger).toEqualTypeOf<"schedule" | "manual" | "event" | "retry">();
        expectTypeOf(params).toEqualTypeOf<unknown>();
        progress({ done: 1, total: 2 });
        return job;
      },
      executeTool: ({ tool, run }) => ({ content: `${tool} ${run.tenant}` }),
      configChanged() {},
    };
    expectTypeOf(all).toExtend<Extended>();
    // @ts-expect-error a tool's result has content
    all.executeTool satisfies () => string;
    const remote: Remote<WorkerToHost<typeof extended>> = null as never;
    expectTypeOf(remote.request("state.get", { key: "a" })).resolves.toEqualTypeOf<unknown>();
    expectTypeOf(remote.request("state.set", { key: "a", value: 1 })).resolves.toEqualTypeOf<void>();
    remote.notify("channels.emit", { channel: "a", data: 1 });
    // @ts-expect-error pushing is a notification
    remote.request("channels.emit", { channel: "a", data: 1 });
  });
});

test("secret marks name members of the parts a method has", () => {
  const params = z.object({ user: z.string(), token: z.string() });
  const result = z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]);
  request({ params, result, secret: { params: ["token"], result: ["a", "b"] } });
  request({ params, result, secret: true });
  request({ params, result: z.string(), secret: { result: true, progress: true } });
  stream({ params, item: z.object({ line: z.string() }), secret: { item: ["line"] } });
  notification({ params, secret: { params: ["token", "user"] } });
  request({ params, result, input: z.object({ pin: z.string() }), secret: { input: ["pin"] } });
  // @ts-expect-error: no such member
  request({ params, result, secret: { params: ["tokn"] } });
  // @ts-expect-error: text has no members
  request({ params, result: z.string(), secret: { result: ["length"] } });
  // @ts-expect-error: a notification has no result
  notification({ params, secret: { result: true } });
  // @ts-expect-error: leave it out
  request({ params, result, secret: false });
});
