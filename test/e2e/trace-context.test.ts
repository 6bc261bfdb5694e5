import { createHost, type HostHandlers } from "@outrigger/host";
import type { Remote } from "@outrigger/protocol";
import { createTestHost } from "@outrigger/worker-sdk/testing";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { fixture } from "./fixture.js";
import { traced } from "./traced-contract.js";
import { tracedPlugin } from "./traced-plugin.js";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const chosen = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

type Calls = Remote<(typeof traced)["hostToWorker"]>;
interface Setup extends AsyncDisposable {
  readonly worker: Calls;
  /** The worker that a handler of the host calls; started by the first such call. */
  second(): Promise<Calls>;
}

const handlersFor = (second: () => Promise<Calls>): HostHandlers<typeof traced> => ({
  look: ({ page }) => page,
  async *pages() {
    for (let page = 0; page < 2; page++) yield (await (await second()).request("where", {})) ?? "none";
  },
  trace: (_, { traceparent }) => traceparent ?? null,
  "trace.further": async () => (await second()).request("where", {}),
});

async function withProcesses(): Promise<Setup> {
  const entry = fixture("untraced-plugin");
  const second = (): Promise<Calls> => host.start("second", { entry });
  const host = createHost(traced, { logger: pino({ level: "silent" }), handlers: handlersFor(second) });
  const worker = await host.start("first", { entry });
  return { worker, second, [Symbol.asyncDispose]: () => host.close() };
}

async function inMemory(): Promise<Setup> {
  const open: AsyncDisposable[] = [];
  const start = async () => {
    const plugin = tracedPlugin(() => []);
    const host = await createTestHost(plugin, { handlers: handlersFor(second) as never });
    open.push(host);
    return host;
  };
  let started: ReturnType<typeof start> | undefined;
  const second = () => (started ??= start());
  const dispose = async () => void (await Promise.all(open.map((host) => host[Symbol.asyncDispose]())));
  return { worker: await start(), second, [Symbol.asyncDispose]: dispose };
}

describe.each([
  ["worker processes", withProcesses],
  ["the test host", inMemory],
])("W3C trace context, without any tracing system, with %s", (_, setup) => {
  it("goes with a call into its handler and the calls made for it, but not into detached work", async () => {
    await using given = await setup();
    const seen = await given.worker.request("context", {}, { traceparent, tracestate: "vendor=1" });
    expect(seen).toEqual([traceparent, "vendor=1", traceparent, null, chosen, traceparent]);
  });

  it("is none where none was given, or no valid one", async () => {
    await using given = await setup();
    const none = [null, null, null, null, chosen, null];
    expect(await given.worker.request("context", {})).toEqual(none);
    const options = { traceparent: "00-garbage", tracestate: "vendor=1" };
    expect(await given.worker.request("context", {}, options)).toEqual(none);
  });

  it("goes on from a handler of the host to the other workers it calls, and ends there", async () => {
    await using given = await setup();
    expect(await given.worker.request("relay", {}, { traceparent })).toBe(traceparent);
    // Its process was started while a call of that trace was served; what it does later is no part of it.
    const second = await given.second();
    expect(await second.request("relay", {})).toBe(null);
  });

  it("goes with streams, both ways", async () => {
    await using given = await setup();
    const items: string[] = [];
    for await (const item of given.worker.stream("lines", {}, { traceparent })) items.push(item);
    expect(items).toEqual([traceparent, traceparent]);
    for await (const item of given.worker.stream("lines", {})) items.push(item);
    expect(items.slice(2)).toEqual(["none", "none"]);
  });
});
