export type { Recorded, TestCall } from "./testing/memory-host.js";
export { type ReplayOptions, type ReplayReport, replayTape } from "./testing/replay-tape.js";
export {
  createTestHost,
  type TestCallOptions,
  type TestHandlers,
  type TestHost,
  type TestHostOptions,
  type TestScope,
} from "./testing/test-host.js";
