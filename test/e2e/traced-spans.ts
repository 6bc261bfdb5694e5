import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import type { FinishedSpan } from "./traced-contract.js";

/** The OpenTelemetry SDK as a program sets it up, keeping its spans. */
export function startSdk() {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  const spans = (): FinishedSpan[] =>
    exporter.getFinishedSpans().map((span) => {
      const { name, kind, attributes, status } = span;
      const { traceId, spanId } = span.spanContext();
      const parentSpanId = span.parentSpanContext?.spanId;
      return { name, kind, traceId, spanId, ...(parentSpanId !== undefined && { parentSpanId }), attributes, status };
    });
  return { exporter, spans };
}
