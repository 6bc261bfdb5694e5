import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fixture } from "./fixture.js";

test.skipIf(process.platform === "win32")("B23: Ctrl-C on the host's terminal is no crash of its workers", async () => {
  // A terminal sends SIGINT to the whole foreground group: this host leads one.
  const host = spawn(process.execPath, [fileURLToPath(fixture("interrupted-host"))], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const ready = once(host.stdio[3] as NodeJS.ReadableStream, "data");
  const output = text(host.stdout as NodeJS.ReadableStream);
  const errors = text(host.stderr as NodeJS.ReadableStream);
  const exit = once(host, "exit");
  await Promise.race([ready, exit]);
  process.kill(-(host.pid as number), "SIGINT");
  expect(await errors).toBe("");
  expect(JSON.parse(await output)).toEqual({ answer: "still here", crashes: 0, status: "stopped" });
  expect(await exit).toEqual([0, null]);
});
