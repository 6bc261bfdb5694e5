import { readdirSync } from "node:fs";
import { SECRET_INSPECTOR } from "@outrigger/protocol";
import { describe, expect, test } from "vitest";
import { greeter } from "./contracts/greeter.js";
import { plain } from "./contracts/plain.js";
import { startWorker, type WorkerProcess } from "./support/worker-process.js";

const threads = ({ child }: WorkerProcess): number => readdirSync(`/proc/${child.pid}/task`).length;

describe.runIf(process.platform === "linux")("a worker whose host can look into it", () => {
  test("says so, and has no guard thread; one whose host cannot has", async () => {
    const inspectable = startWorker("greeter", greeter, { execArgv: SECRET_INSPECTOR });
    const guarded = startWorker("greeter", greeter);
    expect((await inspectable.initialize()).features).toContain("inspect");
    expect((await guarded.initialize()).features).not.toContain("inspect");
    await expect.poll(() => threads(guarded) - threads(inspectable), { timeout: 10_000 }).toBe(1);
  });

  test("has a guard thread where the host does not say that it looks", async () => {
    const inspectable = startWorker("greeter", greeter, { execArgv: SECRET_INSPECTOR });
    const guarded = startWorker("greeter", greeter, { execArgv: SECRET_INSPECTOR });
    await inspectable.initialize();
    expect((await guarded.initialize({ features: ["cancel", "ping"] })).features).not.toContain("inspect");
    await expect.poll(() => threads(guarded) - threads(inspectable), { timeout: 10_000 }).toBe(1);
  });

  test("a plugin that listens to SIGUSR1 is none of those", async () => {
    const preload = `data:text/javascript,${encodeURIComponent('process.on("SIGUSR1", () => {})')}`;
    const worker = startWorker("greeter", greeter, { execArgv: [...SECRET_INSPECTOR, "--import", preload] });
    expect((await worker.initialize()).features).not.toContain("inspect");
  });

  test("keeps the options of the inspector from what the plugin forks, whose port node:cluster would count up from 0", async () => {
    const worker = startWorker("forking", plain, { execArgv: ["--no-warnings", ...SECRET_INSPECTOR] });
    expect((await worker.initialize()).features).toContain("inspect");
    expect(await worker.peer.request("run", {})).toEqual({ code: 7, execArgv: ["--no-warnings"] });
  });
});
