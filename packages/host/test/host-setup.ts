import type { HostLogger } from "@outrigger/protocol";
import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";
import { createHost } from "../src/create-host.js";
import { fakeRuntime } from "../src/fake-clock.js";
import { type FakeWorkerOptions, fakeLauncher } from "../src/fake-launcher.js";
import type { HostOptions, SharedOptions } from "../src/host-options.js";

/** What the fake workers and hosts of these tests speak. */
export const contract = defineContract({
  name: "acme.test",
  version: 1,
  hostToWorker: {
    echo: request({ params: z.object({ text: z.string() }), result: z.string() }),
    slow: request({ params: z.object({}), result: z.string() }),
    extra: request({ params: z.object({}), result: z.string(), optional: true }),
    count: stream({ params: z.object({ to: z.number() }), item: z.number() }),
    poke: notification({ params: z.object({}) }),
  },
  workerToHost: {
    "state.get": request({
      params: z.object({ key: z.string() }),
      result: z.string(),
      capability: "state",
      scoped: true,
    }),
    now: request({ params: z.object({}), result: z.string() }),
    note: notification({ params: z.object({}), optional: true }),
  },
});

export const silent: HostLogger = {
  ...{ trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} },
  child: () => silent,
};

interface LogRecord extends Record<string, unknown> {
  readonly level: string;
  readonly message: string;
}

/** A logger that keeps what it is told. */
function recording(records: LogRecord[]): HostLogger {
  const write = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void records.push({ ...fields, level, message });
  const levels = ["trace", "debug", "info", "warn", "error", "fatal"];
  const logger = Object.fromEntries(levels.map((level) => [level, write(level)]));
  const made = { ...logger, child: () => made } as unknown as HostLogger;
  return made;
}

type Handlers = Parameters<typeof createHost<typeof contract>>[1]["handlers"];

/** A host in fake time, its fake launcher, and what the host told. */
export function setup(
  behaviour: FakeWorkerOptions | ((launch: number) => FakeWorkerOptions | Promise<FakeWorkerOptions>) = {},
  handlers: Partial<Handlers> = {},
  options: SharedOptions & Pick<HostOptions<typeof contract>, "codec"> = {},
) {
  const runtime = fakeRuntime();
  const records: LogRecord[] = [];
  const good = { handlers: { echo: (params: unknown) => (params as { text: string }).text } };
  const launcher = fakeLauncher(
    contract,
    typeof behaviour === "function"
      ? behaviour
      : { ...good, ...behaviour, handlers: { ...good.handlers, ...behaviour.handlers } },
  );
  const host = createHost(contract, {
    ...{ runtime, logger: recording(records), ...options },
    handlers: { "state.get": ({ key }, { scope }) => `${scope.tenant}/${key}`, now: () => "noon", ...handlers },
  });
  const events: string[] = [];
  host.on("status", ({ status }) => events.push(status));
  host.on("crash", ({ reason, willRestart }) => events.push(`crash ${reason} ${willRestart}`));
  host.on("restarted", ({ incarnation }) => events.push(`restarted ${incarnation}`));
  host.on("failed", ({ why }) => events.push(`failed ${why}`));
  const start = () => host.start("w", { launcher, capabilities: ["state"] });
  return { host, launcher, runtime, events, start, records };
}
