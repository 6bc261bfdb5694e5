import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { fixture } from "./support/fixture.js";

async function run(stdin: "ignore" | "pipe") {
  const child = spawn(process.execPath, [fixture("test-script").pathname], { env: {}, stdio: [stdin, "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const [out, err, [code]] = await Promise.all([text(child.stdout as Readable), text(child.stderr as Readable), ended]);
  return { out, err, code };
}

// A call's deadline is 30 s away; what is left behind would keep the process until then.
const deadlineSooner = { timeout: 20_000 };

test.each(["ignore", "pipe"] as const)(
  "a plain script (stdin: %s) that imports a plugin and tests it ends by itself, leaving no timer and no handle",
  deadlineSooner,
  async (stdin) => {
    await expect(run(stdin)).resolves.toEqual({ out: "Hello Lady Ada! 0 timers\n", err: "", code: 0 });
  },
);
