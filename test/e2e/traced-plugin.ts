import { setImmediate as nextTurn } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { definePlugin } from "@outrigger/worker-sdk";
import { type FinishedSpan, traced } from "./traced-contract.js";

const tracer = trace.getTracer("plugin");

/** A plugin that makes spans of its own, and calls the host inside them. */
export const tracedPlugin = (spans: () => FinishedSpan[]) =>
  definePlugin(traced, {
    visit: ({ page }, { host }) =>
      tracer.startActiveSpan("work", async (span) => {
        await nextTurn();
        const text = await host.request("look", { page });
        span.end();
        return text;
      }),
    async context(_, { host, traceparent, tracestate, detached }) {
      const chosen = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      await nextTurn();
      return [
        traceparent ?? null,
        tracestate ?? null,
        await host.request("trace", {}),
        await detached(() => host.request("trace", {})),
        await host.request("trace", {}, { traceparent: chosen }),
        await host.request("trace", {}, { traceparent: "garbage" }),
      ];
    },
    where: (_, { traceparent }) => traceparent ?? null,
    relay: (_, { host }) => host.request("trace.further", {}),
    async *lines(_, { host }) {
      for await (const page of host.stream("pages", {})) yield await host.request("look", { page });
    },
    nudge: () => tracer.startSpan("nudged").end(),
    fail() {
      throw new TypeError("out of luck");
    },
    spans: () => spans(),
  });
