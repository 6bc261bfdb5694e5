import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLauncher, createHost } from "@outrigger/host";
import { defineContract, ErrorCode, notification, request, stream } from "@outrigger/protocol";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
const script = fileURLToPath(new URL("../../docs/examples/greeter_worker.py", import.meta.url));

const bytes = z.instanceof(Uint8Array);
const contract = (version: number) =>
  defineContract({
    name: "acme.greeter",
    version,
    hostToWorker: {
      greet: request({
        params: z.object({ name: z.string(), times: z.int().default(1) }),
        result: z.object({ text: z.string() }),
      }),
      tail: stream({ params: z.object({ file: z.string() }), item: z.string() }),
      flush: notification({ params: z.object({}) }),
      reverse: request({ params: z.object({ data: bytes }), result: z.object({ data: bytes }), progress: bytes }),
    },
    workerToHost: {
      "state.get": request({
        params: z.object({ key: z.string() }),
        result: z.string().nullable(),
        capability: "state.read",
        scoped: true,
      }),
    },
  });

function pythonHost(version = 1) {
  const asked: string[] = [];
  const host = createHost(contract(version), {
    logger: pino({ level: "silent" }),
    handlers: {
      "state.get": ({ key }, { scope }) => {
        asked.push(`${scope.tenant}/${key}`);
        return key === "Ada" ? "Countess" : null;
      },
    },
  });
  const start = () =>
    host.start("greeter", { launcher: commandLauncher([python as string, script]), capabilities: ["state.read"] });
  return { host, asked, start };
}

// The worker that docs/wire-protocol.md ends with.
describe.skipIf(python === undefined)("the documented worker in Python", () => {
  test("shakes hands, answers, calls back within its invocation, and stops by itself", async () => {
    const { host, asked, start } = pythonHost();
    await using _ = host;
    const worker = await start();
    const { text } = await worker.request("greet", { name: "Ada", times: 2 }, { scope: { tenant: "t1" } });
    expect(text).toBe("Hello Countess Ada! Hello Countess Ada! ");
    expect(asked).toEqual(["t1/Ada"]);
    await expect(worker.request("greet", { name: "Ada" })).rejects.toMatchObject({
      code: ErrorCode.INVOCATION_SCOPE_DENIED,
    });
    await expect(worker.health()).resolves.toEqual({ status: "ok" });
    expect(worker.notify("flush", {})).toBe(true);
    const exit = new Promise((resolve) => worker.on("exit", resolve));
    await worker.stop();
    expect(await exit).toMatchObject({ reason: "requested", code: 0 });
  });

  test("streams at the pace of its reader, and ends early when told", async () => {
    const folder = await mkdtemp(join(tmpdir(), "outrigger-"));
    const file = join(folder, "lines.txt");
    const lines = Array.from({ length: 2_000 }, (_, index) => `line ${index} é\u2028`);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const { host, start } = pythonHost();
    await using _ = host;
    const worker = await start();
    const seen: string[] = [];
    for await (const line of worker.stream("tail", { file }, { window: { items: 10 } })) seen.push(line);
    expect(seen).toEqual(lines);
    for await (const line of worker.stream("tail", { file }, { window: { items: 2 } })) {
      expect(line).toBe(lines[0]);
      break;
    }
    await expect(worker.stream("tail", { file: join(folder, "none") }).next()).rejects.toMatchObject({
      code: ErrorCode.WORKER_ERROR,
      message: expect.stringContaining("FileNotFoundError"),
    });
    await rm(folder, { recursive: true });
  });

  test("takes and gives bytes without the feature bulk: as base64 that both ends know for bytes", async () => {
    const { host, start } = pythonHost();
    await using _ = host;
    const worker = await start();
    const data = new Uint8Array(1_000_000).map((_, index) => index * 31 + (index >> 8));
    const progress: Uint8Array[] = [];
    const got = await worker.request("reverse", { data }, { onProgress: (first) => progress.push(first) });
    expect(Buffer.compare(got.data, data.toReversed())).toBe(0);
    expect(progress).toEqual([data.slice(0, 1)]);
    await expect(worker.request("reverse", { data: new Uint8Array() })).resolves.toEqual({ data: new Uint8Array() });
  });

  test("refuses a host of another contract version", async () => {
    const { host, start } = pythonHost(2);
    await using _ = host;
    await expect(start()).rejects.toThrow(/acme.greeter/);
  });
});
