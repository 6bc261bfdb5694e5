export { type FakeRuntime, fakeRuntime, settled } from "./fake-clock.js";
export { type FakeLauncher, type FakeProcess, type FakeWorkerOptions, fakeLauncher } from "./fake-launcher.js";
export { type TapeLauncherOptions, tapeLauncher } from "./tape-launcher.js";
