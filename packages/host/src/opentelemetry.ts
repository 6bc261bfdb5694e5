export { type InstrumentOptions, instrument } from "@outrigger/protocol/opentelemetry";
