export type { HandlerContext, HostHandlers } from "@outrigger/protocol/tracing";
export type { Recorded } from "./testing/memory-host.js";
export type { HostRecord } from "./testing/memory-logger.js";
export { type ReplayOptions, type ReplayReport, replayTape } from "./testing/replay-tape.js";
export {
  createTestHost,
  type RecordedCall,
  type TestCallOptions,
  type TestHandlers,
  type TestHost,
  type TestHostOptions,
  type TestScope,
} from "./testing/test-host.js";
