export type { Recorded, TestCall } from "./testing/memory-host.js";
export { createTestHost, type TestHandlers, type TestHost, type TestHostOptions } from "./testing/test-host.js";
