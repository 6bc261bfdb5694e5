import {
  type CapabilityOf,
  type Contract,
  defineContract,
  type ItemStream,
  notification,
  request,
  stream,
} from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import {
  type ChannelEnd,
  type ChannelSubscription,
  createEventDelivery,
  createHost,
  type StartOptions,
  WORKER_CHANNELS,
  type Worker,
} from "../src/index.js";

const contract = defineContract({
  name: "acme.types",
  version: 1,
  hostToWorker: {
    greet: request({
      params: z.object({ name: z.string(), times: z.int().default(1) }),
      result: z.object({ text: z.string() }),
      progress: z.number(),
    }),
    tail: stream({ params: z.object({ file: z.string() }), item: z.string() }),
    flush: notification({ params: z.object({}) }),
    load: request({ params: z.object({}), result: z.number(), input: z.string().transform(Number) }),
  },
  workerToHost: {
    "state.get": request({ params: z.object({ key: z.string() }), result: z.string().nullable(), scoped: true }),
    now: request({ params: z.object({}), result: z.number(), optional: true }),
    store: request({ params: z.object({}), result: z.null(), input: z.iso.date(), optional: true }),
    "channels.emit": notification({ params: z.object({ channel: z.string(), data: z.number() }), optional: true }),
  },
  scope: z.object({ account: z.number() }),
});
const handlers = { "state.get": () => null };
const host = createHost(contract, { handlers });
declare const worker: Worker<typeof contract>;

test("input is given where the method takes it, and read by handlers of such methods", () => {
  expectTypeOf(worker.request("load", {}, { input: ["1"], scope: { account: 1 } })).resolves.toEqualTypeOf<number>();
  expectTypeOf(host.request("w", "load", {}, { input: ["1"] })).resolves.toEqualTypeOf<number>();
  // @ts-expect-error it takes input
  worker.request("load", {});
  // @ts-expect-error it takes input
  host.request("w", "load", {});
  // @ts-expect-error it takes text
  worker.request("load", {}, { input: [1] });
  // @ts-expect-error it takes none
  worker.request("greet", { name: "Ada" }, { input: [] });
  createHost(contract, {
    handlers: {
      ...handlers,
      store: (_, { input, workerId }) => {
        expectTypeOf(input).toEqualTypeOf<ItemStream<string>>();
        expectTypeOf(workerId).toEqualTypeOf<string>();
        return null;
      },
    },
  });
});

test("a subscription is typed by the contract's channels.emit", () => {
  const subscription = worker.channel("a", { scope: { account: 1 }, buffer: { items: 1, overflow: "close" } });
  expectTypeOf(subscription).toEqualTypeOf<ChannelSubscription<{ channel: string; data: number }>>();
  expectTypeOf(subscription.closed?.by).toEqualTypeOf<ChannelEnd["by"] | undefined>();
  // @ts-expect-error the scope is the contract's
  worker.channel("a", { scope: { tenant: "t" } });
});

describe("createHost", () => {
  test("handlers are typed by the contract; those of scoped methods surely have a scope", () => {
    createHost(contract, {
      handlers: {
        "state.get": ({ key }, { workerId, scope, signal }) => {
          expectTypeOf(key).toEqualTypeOf<string>();
          expectTypeOf(scope).toEqualTypeOf<{ account: number }>();
          expectTypeOf(workerId).toEqualTypeOf<string>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
          return null;
        },
        now: (_, { scope }) => {
          expectTypeOf(scope).toEqualTypeOf<{ account: number } | undefined>();
          return 1;
        },
      },
    });
    // @ts-expect-error: a required handler is missing
    createHost(contract, { handlers: {} });
    // @ts-expect-error: no handlers at all
    createHost(contract, {});
    // @ts-expect-error: the wrong result
    createHost(contract, { handlers: { "state.get": () => 7 } });
    // @ts-expect-error: not in the contract
    createHost(contract, { handlers: { ...handlers, "state.got": () => null } });
  });

  test("a contract without methods of the host needs no handlers", () => {
    const oneWay = defineContract({ name: "acme.one-way", version: 1, hostToWorker: {} });
    createHost(oneWay, {});
  });

  test("a worker is started from exactly one of entry, command and launcher", () => {
    expectTypeOf<{ entry: URL }>().toExtend<StartOptions>();
    expectTypeOf<{ entry: URL; compileCache: { maxBytes: number } | false }>().toExtend<StartOptions>();
    expectTypeOf<{ entry: URL; compileCache: true }>().not.toExtend<StartOptions>();
    expectTypeOf<{ command: ["docker", "run"] }>().toExtend<StartOptions>();
    // @ts-expect-error: none of them
    void host.start("w", {});
    // @ts-expect-error: two of them
    void host.start("w", { entry: "plugin.js", command: ["node"] });
    // @ts-expect-error: nothing would enforce them
    void host.start("w", { command: ["docker", "run"], permissions: {} });
  });
});

describe("Worker", () => {
  test("calls take the schema's input and give its output", () => {
    expectTypeOf(worker.request("greet", { name: "Ada" })).toEqualTypeOf<Promise<{ text: string }>>();
    expectTypeOf(host.request("w", "greet", { name: "Ada" })).toEqualTypeOf<Promise<{ text: string }>>();
    expectTypeOf(worker.stream("tail", { file: "app.log" })).toEqualTypeOf<ItemStream<string>>();
    void worker.request(
      "greet",
      { name: "Ada" },
      { onProgress: (value) => expectTypeOf(value).toEqualTypeOf<number>() },
    );
    // @ts-expect-error: no such method
    void worker.request("gret", { name: "Ada" });
    // @ts-expect-error: wrong params
    void worker.request("greet", { name: 7 });
    // @ts-expect-error: a notification is no request
    void worker.request("flush", {});
    // @ts-expect-error: a method of the runtime
    void worker.request("shutdown", {});
    // @ts-expect-error: no such method
    void host.request("w", "gret", { name: "Ada" });
  });

  test("the scope of a call is the contract's", () => {
    void worker.request("greet", { name: "Ada" }, { scope: { account: 7 } });
    worker.notify("flush", {}, { scope: { account: 7 } });
    // @ts-expect-error: another scope
    void worker.request("greet", { name: "Ada" }, { scope: { tenant: "t1" } });
  });

  test("events are typed by their name", () => {
    worker.on("crash", ({ willRestart, reason }) => {
      expectTypeOf(willRestart).toEqualTypeOf<boolean>();
      expectTypeOf(reason).toExtend<string>();
    });
    worker.on("unresponsive", ({ hang, calls, usage, onHang }) => {
      expectTypeOf(hang?.file).toEqualTypeOf<string | undefined>();
      expectTypeOf(calls).toEqualTypeOf<readonly { readonly method: string; readonly ageMs: number }[]>();
      expectTypeOf(usage?.rssBytes).toEqualTypeOf<number | undefined>();
      expectTypeOf(onHang).toEqualTypeOf<"report" | "restart">();
    });
    // @ts-expect-error: no such event
    worker.on("crashed", () => {});
  });
});

describe("capabilities", () => {
  test("are those the contract's methods name", () => {
    const mail = request({ params: z.object({}), result: z.null(), capability: "mail.send" });
    const count = stream({ params: z.object({}), item: z.number(), capability: "count" });
    const free = notification({ params: z.object({}) });
    const guarded = defineContract({
      name: "acme.guarded",
      version: 1,
      hostToWorker: {},
      workerToHost: { mail, count, free, open: request({ params: z.object({}), result: z.null() }) },
    });
    expectTypeOf<CapabilityOf<typeof guarded>>().toEqualTypeOf<"mail.send" | "count">();
    expectTypeOf<CapabilityOf<Contract>>().toEqualTypeOf<string>();
    const entry = "plugin.js";
    const guardedHost = createHost(guarded, {
      handlers: { mail: () => null, count: () => [1], free() {}, open: () => null },
    });
    guardedHost.start("w", { entry, capabilities: ["mail.send", "count"] });
    // @ts-expect-error: no method needs it
    guardedHost.start("w", { entry, capabilities: ["mail.sent"] });
    // @ts-expect-error: no method of this contract needs any
    host.start("w", { entry, capabilities: ["state"] });
  });
});

describe("createEventDelivery", () => {
  test("connects to hosts whose contract has onEvent and the subscriptions of pluginContract only", () => {
    const delivery = createEventDelivery({ scope: ({ tenant }) => (tenant === undefined ? undefined : { tenant }) });
    const { hostToWorker, workerToHost } = pluginContract;
    const product = defineContract({
      name: "acme.product",
      version: 1,
      hostToWorker: { ...hostToWorker, greet: contract.hostToWorker.greet },
      workerToHost: {
        "events.subscribe": workerToHost["events.subscribe"],
        "events.unsubscribe": workerToHost["events.unsubscribe"],
      },
    });
    delivery.connect(createHost(product, { handlers: delivery.handlers }));
    createEventDelivery({ maxAttempts: 5 }).connect(createHost(product, { handlers: delivery.handlers }));
    // @ts-expect-error: its workers have no onEvent
    delivery.connect(host);
    // @ts-expect-error: the contract's scope has a tenant
    createEventDelivery({ scope: () => ({ team: "a" }) }).connect(createHost(product, { handlers: delivery.handlers }));
    // @ts-expect-error: an event has an id
    delivery.publish({ name: "issue.created", payload: null, occurredAt: "2026-01-01T00:00:00Z" });
  });
});

describe("a call's options", () => {
  test("resend belongs to requests", () => {
    worker.request("greet", { name: "Ada" }, { resend: false, idleTimeoutMs: 5_000 });
    worker.stream("tail", { file: "log" }, { idleTimeoutMs: 5_000 });
    // @ts-expect-error: a stream is never sent again
    worker.stream("tail", { file: "log" }, { resend: false });
  });

  test("each may choose the trace it belongs to", () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    worker.request("greet", { name: "Ada" }, { traceparent, tracestate: "vendor=1" });
    worker.stream("tail", { file: "log" }, { traceparent: undefined });
    // @ts-expect-error: a header that came twice is for the product to choose from
    worker.request("greet", { name: "Ada" }, { traceparent: [traceparent] });
    expectTypeOf(worker.diagnostics().methods.calls.greet?.ms?.p99).toEqualTypeOf<number | undefined>();
    const { status } = WORKER_CHANNELS;
    expectTypeOf(status).toEqualTypeOf<"outrigger:worker:status">();
  });
});

test("a recording is a file, with bounds", () => {
  const entry = new URL("plugin.js", import.meta.url);
  host.start("w", { entry, record: "a.ndjson" });
  host.start("w", { entry, record: { file: entry, maxBytes: 1_000_000, bufferBytes: 10_000 } });
  // @ts-expect-error: there is no recording without a file
  host.start("w", { entry, record: { maxBytes: 1_000_000 } });
  expectTypeOf(worker.diagnostics().tape?.dropped).toEqualTypeOf<number | undefined>();
});
