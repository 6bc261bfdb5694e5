export { type FakeRuntime, fakeRuntime, settled } from "./fake-clock.js";
export { type FakeLauncher, type FakeProcess, type FakeWorkerOptions, fakeLauncher } from "./fake-launcher.js";
