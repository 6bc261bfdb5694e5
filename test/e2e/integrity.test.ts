import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { greeterHost } from "./greeter-host.js";
import { next } from "./raw-host.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-integrity-")));
const entry = join(folder, "plugin.mjs");
const good = fileURLToPath(fixture("greeter-plugin"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pinOf = (content: string | Buffer): string => `sha256-${createHash("sha256").update(content).digest("base64")}`;

describe("an entry with an integrity pin", () => {
  test("tampered with while it runs, it is not started again after a crash; restored and started, it is", async () => {
    const { host } = greeterHost({ restart: { initialDelayMs: 1 } });
    await using _ = host;
    copyFileSync(good, entry);
    const pin = pinOf(readFileSync(good));
    const worker = await host.start("pinned", { capabilities: ["state.read"], entry, integrity: pin });
    await expect(worker.request("pid", {})).resolves.toBe(worker.pid);

    const tampered = "console.log('tampered')";
    writeFileSync(entry, tampered);
    const failed = next(worker, "failed");
    process.kill(worker.pid as number, "SIGKILL");
    expect(await failed).toMatchObject({ why: "not-retryable" });
    expect(worker.status).toBe("failed");
    const { lastCrash } = worker.diagnostics();
    expect(lastCrash?.reason).toBe("integrity-mismatch");
    expect(lastCrash?.message).toContain(`expected ${pin}, got ${pinOf(tampered)}`);

    copyFileSync(good, entry);
    await worker.start();
    await expect(worker.request("pid", {})).resolves.toBe(worker.pid);
  });

  test("a new release is started with its own pin", async () => {
    const { host } = greeterHost();
    await using _ = host;
    copyFileSync(good, entry);
    const started = host.start("released", {
      capabilities: ["state.read"],
      entry,
      integrity: pinOf("another release"),
    });
    await expect(started).rejects.toMatchObject({ data: { reason: "integrity-mismatch", willRestart: false } });
    const worker = await host.start("released", {
      capabilities: ["state.read"],
      entry,
      integrity: pinOf(readFileSync(good)),
    });
    expect(worker.status).toBe("running");
  });
});
