import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { createHost, type HostHandlers, type Worker } from "@outrigger/host";
import { instrument } from "@outrigger/host/opentelemetry";
import { createTestHost } from "@outrigger/worker-sdk/testing";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixture } from "./fixture.js";
import { type FinishedSpan, traced } from "./traced-contract.js";
import { tracedPlugin } from "./traced-plugin.js";
import { startSdk } from "./traced-spans.js";

const at = (method: string): string => `${traced.name}/${method}`;
const tracer = trace.getTracer("product");

const sdk = startSdk();
let stop: () => void;
beforeEach(() => {
  sdk.exporter.reset();
  stop = instrument();
});
afterEach(() => stop());

const handlers: HostHandlers<typeof traced> = {
  look: ({ page }) =>
    tracer.startActiveSpan("query", async (span) => {
      await Promise.resolve();
      span.end();
      return page.toUpperCase();
    }),
  async *pages() {
    for (const page of ["a", "b"]) {
      tracer.startSpan(`read ${page}`).end();
      yield page;
    }
  },
  trace: (_, { traceparent }) => traceparent ?? null,
  "trace.further": () => null,
};

interface Setup extends AsyncDisposable {
  readonly worker: Pick<Worker<typeof traced>, "request" | "stream" | "notify">;
  /** All spans of both ends so far. */
  spans(): Promise<FinishedSpan[]>;
}

async function withProcess(name: string): Promise<Setup> {
  const host = createHost(traced, { logger: pino({ level: "silent" }), handlers });
  const worker = await host.start("w", { entry: fixture(name) });
  return {
    worker,
    spans: async () => {
      const own = await worker.request("spans", {});
      return [...sdk.spans(), ...own].filter((span) => !span.name.endsWith("/spans"));
    },
    [Symbol.asyncDispose]: () => host.close(),
  };
}

/** One process, one SDK. */
async function inMemory(): Promise<Setup> {
  const host = await createTestHost(tracedPlugin(sdk.spans), { handlers: handlers as never, workerId: "w" });
  return { worker: host, spans: async () => sdk.spans(), [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

/** Names from the root to the only leaf. */
function chain(spans: readonly FinishedSpan[]): string[] {
  const names: string[] = [];
  let parent: string | undefined;
  for (;;) {
    const children = spans.filter(({ parentSpanId }) => parentSpanId === parent);
    if (children.length === 0) return names;
    expect(children, "one child each").toHaveLength(1);
    const [child] = children as [FinishedSpan];
    names.push(`${SpanKind[child.kind]} ${child.name}`);
    parent = child.spanId;
  }
}

const inRequest = <T>(run: () => Promise<T>): Promise<T> =>
  tracer.startActiveSpan("GET /page", (span) => run().finally(() => span.end()));

describe.each([
  ["a worker process with an SDK of its own", () => withProcess("traced-plugin")],
  ["the test host", inMemory],
])("OpenTelemetry with %s", (_, setup) => {
  it("makes one trace of host call, worker handler, nested host call and host handler", async () => {
    await using given = await setup();
    await expect(inRequest(() => given.worker.request("visit", { page: "home" }))).resolves.toBe("HOME");
    const spans = await given.spans();
    expect(chain(spans)).toEqual([
      "INTERNAL GET /page",
      `CLIENT ${at("visit")}`,
      `SERVER ${at("visit")}`,
      "INTERNAL work",
      `CLIENT ${at("look")}`,
      `SERVER ${at("look")}`,
      "INTERNAL query",
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const facts = { "rpc.system.name": "jsonrpc", "jsonrpc.protocol.version": "2.0", "outrigger.worker.id": "w" };
    for (const { attributes, kind, name } of spans.filter(({ kind }) => kind !== SpanKind.INTERNAL)) {
      expect({ kind, ...attributes }).toEqual({ kind, ...facts, "rpc.method": name });
    }
  });

  it("has the handlers of streams, both ways, run in their spans, which end with the stream", async () => {
    await using given = await setup();
    const items: string[] = [];
    await inRequest(async () => {
      for await (const item of given.worker.stream("lines", {})) items.push(item);
    });
    expect(items).toEqual(["A", "B"]);
    const spans = await given.spans();
    const of = (kind: SpanKind, method: string) =>
      spans.filter((span) => span.kind === kind && span.name === at(method)) as [FinishedSpan];
    const [[lines], [served]] = [of(SpanKind.CLIENT, "lines"), of(SpanKind.SERVER, "lines")];
    expect(served.parentSpanId).toBe(lines.spanId);
    const [[pages], [read]] = [of(SpanKind.CLIENT, "pages"), of(SpanKind.SERVER, "pages")];
    expect([pages.parentSpanId, read.parentSpanId]).toEqual([served.spanId, pages.spanId]);
    expect(of(SpanKind.CLIENT, "look").map(({ parentSpanId }) => parentSpanId)).toEqual([served.spanId, served.spanId]);
    const reads = spans.filter(({ name }) => name.startsWith("read "));
    expect(reads.map(({ parentSpanId }) => parentSpanId)).toEqual([read.spanId, read.spanId]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it("gives spans of failed calls their code, on both ends", async () => {
    await using given = await setup();
    await expect(given.worker.request("fail", {})).rejects.toMatchObject({ codeName: "WORKER_ERROR" });
    const spans = await given.spans();
    expect(chain(spans)).toEqual([`CLIENT ${at("fail")}`, `SERVER ${at("fail")}`]);
    for (const { attributes, status } of spans) {
      expect(attributes).toMatchObject({ "rpc.response.status_code": "-32002", "error.type": "-32002" });
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: "out of luck" });
    }
  });

  it("traces notifications", async () => {
    await using given = await setup();
    expect(given.worker.notify("nudge", {})).toBe(true);
    // Answered after the notification was handled: messages keep their order.
    await given.worker.request("context", {});
    const spans = (await given.spans()).filter(({ name }) => !/\/(context|trace)$/.test(name));
    expect(chain(spans)).toEqual([`CLIENT ${at("nudge")}`, `SERVER ${at("nudge")}`, "INTERNAL nudged"]);
  });

  it("leaves the trace behind in detached work", async () => {
    await using given = await setup();
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const [, , nested, detached] = await given.worker.request("context", {}, { traceparent });
    expect(nested?.split("-")[1]).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(detached).toMatch(/^00-/);
    expect(detached?.split("-")[1]).not.toBe("4bf92f3577b34da6a3ce929d0e0e4736");
  });

  it("starts a new trace for a call that is made in none, and follows one that is chosen", async () => {
    await using given = await setup();
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await given.worker.request("visit", { page: "a" });
    await inRequest(() => given.worker.request("visit", { page: "b" }, { traceparent, tracestate: "vendor=1" }));
    const visits = (await given.spans()).filter((span) => span.name === at("visit") && span.kind === SpanKind.CLIENT);
    expect(visits.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, "00f067aa0ba902b7"]);
    expect(visits[1]?.traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(visits[0]?.traceId).not.toBe(visits[1]?.traceId);
  });
});

it("a worker without OpenTelemetry passes the trace on", async () => {
  await using given = await withProcess("untraced-plugin");
  await inRequest(() => given.worker.request("visit", { page: "home" }));
  expect(chain(sdk.spans())).toEqual([
    "INTERNAL GET /page",
    `CLIENT ${at("visit")}`,
    `SERVER ${at("look")}`,
    "INTERNAL query",
  ]);
});
