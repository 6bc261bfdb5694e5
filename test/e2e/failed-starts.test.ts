import { commandLauncher, type Launcher, nodeLauncher } from "@outrigger/host";
import { ErrorCode } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { next, raw, rawHost } from "./raw-host.js";

test("B20: a value no environment can carry is refused by name, and the id is free", async () => {
  const { host } = rawHost();
  await using _ = host;
  for (const value of [7, undefined, "a\0b"]) {
    const env = { SOME_SETTING: value as string };
    await expect(host.start("w", { ...raw, env })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringMatching(/^env: SOME_SETTING: /),
    });
  }
  expect(host.get("w")).toBeUndefined();
  const worker = await host.start("w", raw);
  await expect(worker.request("echo", { value: 1 })).resolves.toBe(1);
});

test.each<[string, () => never]>([
  [
    "throws",
    () => {
      throw new Error("no room in the hold");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no room in the hold")) as never],
])("B20: a launcher that %s is a failed start, retried like any", async (_how, fail) => {
  const { host } = rawHost();
  await using _ = host;
  const real = nodeLauncher({ entry: fixture("raw-worker") });
  let launches = 0;
  const launcher: Launcher = {
    name: "second time lucky",
    launch: (spec) => (++launches === 1 ? fail() : real.launch(spec)),
  };
  const [crash, restarted] = [next(host, "crash"), next(host, "restarted")];
  await expect(host.start("w", { launcher })).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    message: expect.stringContaining("no room in the hold"),
    data: { reason: "spawn-failed" },
  });
  expect(await crash).toMatchObject({ reason: "spawn-failed", willRestart: true });
  await restarted;
  await expect(host.request("w", "echo", { value: 1 })).resolves.toBe(1);
});

test("B21: a command that does not exist is told at once, tried again, and stopped at once", async () => {
  const { host } = rawHost();
  await using _ = host;
  const crashes: boolean[] = [];
  host.on("crash", ({ willRestart }) => crashes.push(willRestart));
  const options = { launcher: commandLauncher(["outrigger-no-such-command"]), restart: { intensity: 3 } };
  const failed = next(host, "failed");
  await expect(host.start("w", options)).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    message: expect.stringContaining("outrigger-no-such-command: there is no such command"),
    data: { reason: "spawn-failed" },
  });
  expect(await failed).toMatchObject({ workerId: "w", why: "too-many-crashes" });
  expect(crashes).toEqual([true, true, false]);
  // Nothing lives, so nothing is waited for: no rung of the stop ladder is climbed.
  const statuses: string[] = [];
  host.on("status", ({ status }) => statuses.push(status));
  await host.stop("w");
  expect(statuses).toEqual(["stopped"]);
  expect(host.get("w")?.pid).toBeUndefined();
});

test("B4: a failed start leaves the id free to be started with what works", async () => {
  const { host } = rawHost();
  await using _ = host;
  const missing = {
    entry: new URL("./no-such-plugin.js", fixture("raw-worker")),
    restart: { type: "temporary" },
  } as const;
  await expect(host.start("w", missing)).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    message: expect.stringMatching(
      /entry: there is no file .*no-such-plugin\.js; build the plugin, or correct the path/,
    ),
  });
  const worker = await host.start("w", raw);
  await expect(worker.request("echo", { value: 1 })).resolves.toBe(1);
});
