import { createHost, type StartOptions } from "@outrigger/host";
import { ErrorCode, type RpcError } from "@outrigger/protocol";
import { describe, expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { greeter } from "./greeter-contract.js";
import { greeterHost, plugin } from "./greeter-host.js";

interface Untyped {
  request(method: string, params: unknown, options?: object): Promise<unknown>;
}

describe("a call with something wrong", () => {
  test.each([
    ["unknown method", "gret", {}, ErrorCode.METHOD_NOT_FOUND, /no method "gret" .*it has greet, pid/],
    ["method of the runtime", "initialize", {}, ErrorCode.METHOD_NOT_FOUND, /no method "initialize"/],
    ["wrong params", "greet", { name: 7 }, ErrorCode.INVALID_PARAMS, /params\.name: expected string, received number/],
    ["no params", "greet", undefined, ErrorCode.INVALID_PARAMS, /params: expected object/],
    ["wrong result", "wrong", {}, ErrorCode.INVALID_RESULT, /result\.count: .*fix the handler, or the contract/],
    ["a handler's own error", "fail", { code: 42 }, 42, /^out of luck$/],
    ["a method left out", "spare", {}, ErrorCode.METHOD_NOT_IMPLEMENTED, /spare.*does not implement/],
  ])("%s", async (_what, method, params, code, message) => {
    const { host } = greeterHost();
    await using _ = host;
    const worker = await host.start("w", plugin);
    const untyped = worker as unknown as Untyped;
    await expect(untyped.request(method, params)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(worker.status).toBe("running");
    await expect(worker.request("pid", {})).resolves.toBe(worker.pid);
  });

  test.each([0, -1, Number.NaN, 2 ** 31, "5"])(
    "B26: a timeout of %s is refused, not fired at once",
    async (timeoutMs) => {
      const { host } = greeterHost();
      await using _ = host;
      const worker = await host.start("w", plugin);
      const untyped = worker as unknown as Untyped;
      await expect(untyped.request("pid", {}, { timeoutMs })).rejects.toMatchObject({
        code: ErrorCode.INVALID_PARAMS,
        message: expect.stringMatching(/pid: timeoutMs: expected ms from 1 to 2147483647, got/),
      });
      await expect(worker.request("pid", {})).resolves.toBe(worker.pid);
    },
  );

  test("B27: an error's code and data go through both ends, from the host's handler to the caller", async () => {
    const failing = () => {
      throw Object.assign(new Error("quota used up"), { code: 4001, data: { resetsAt: "noon" } });
    };
    const { host } = greeterHost({ handlers: { "state.get": failing, running: () => null } });
    await using _ = host;
    const worker = await host.start("w", plugin);
    await expect(worker.request("fail", { code: 42 })).rejects.toMatchObject({ code: 42, data: { luck: 0 } });
    await expect(worker.request("greet", { name: "Ada" }, { scope: { tenant: "t1" } })).rejects.toMatchObject({
      ...{ code: 4001, message: "quota used up", data: { resetsAt: "noon" } },
    });
  });

  test("B27: what does not run and what is not implemented has a code, and is not sent", async () => {
    const { host } = greeterHost();
    await using _ = host;
    const worker = await host.start("w", plugin);
    const untyped = worker as unknown as Untyped;
    await expect(untyped.request("spare", {})).rejects.toMatchObject({
      ...{ code: ErrorCode.METHOD_NOT_IMPLEMENTED, data: { mayHaveRun: false } },
    });
    await worker.stop();
    await expect(worker.request("pid", {})).rejects.toMatchObject({
      ...{ code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: false, status: "stopped" } },
    });
  });

  test("a scope that is none", async () => {
    const { host } = greeterHost();
    await using _ = host;
    const worker = (await host.start("w", plugin)) as unknown as Untyped;
    await expect(worker.request("pid", {}, { scope: "t1" })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringContaining('pid: scope: expected an object such as { tenant: "t1" }, got string'),
    });
  });

  test("an unknown worker", async () => {
    const { host } = greeterHost();
    await using _ = host;
    await host.start("w", plugin);
    for (const call of [host.request("v", "pid", {}), host.stop("v"), host.restart("v"), host.start("v")]) {
      await expect(call).rejects.toMatchObject({
        code: ErrorCode.WORKER_UNAVAILABLE,
        message: expect.stringMatching(/there is no worker "v"; this host has w/),
        data: { mayHaveRun: false },
      });
    }
  });
});

describe("an entry with something wrong", () => {
  const temporary = { restart: { type: "temporary" }, timeouts: { initializeMs: 1_000 } } as const;

  test.each<[string, URL, RegExp, string]>([
    [
      "is missing",
      new URL("file:///no/such/plugin.js"),
      /there is no file .*plugin\.js; build the plugin, or correct/,
      "spawn-failed",
    ],
    ["throws", fixture("throwing-entry"), /exit code 1.*the plugin's database is not configured/s, "startup-failed"],
    [
      "prints garbage",
      fixture("garbage-entry"),
      /did not answer initialize within 1000 ms, and wrote 5 lines to stdout that are no messages/,
      "initialize-timeout",
    ],
    [
      "waits at its top",
      fixture("waiting-entry"),
      /exit code 13 \(in Node: a top-level await that never settled\) .*call serve\(plugin\) before any await/,
      "startup-failed",
    ],
    [
      "has another contract",
      fixture("other-name"),
      /the plugin has "outrigger\.test\.other", the host "outrigger\.test\.greeter"/,
      "handshake-mismatch",
    ],
    [
      "has another version",
      fixture("other-version"),
      /the plugin has version 2, the host 1; build both against the same version/,
      "handshake-mismatch",
    ],
  ])("that %s", async (_what, entry, message, reason) => {
    const { host } = greeterHost(temporary);
    await using _ = host;
    const other = await host.start("other", { ...plugin, timeouts: {} });
    const failure = (await host.start("w", { entry }).catch((error: unknown) => error)) as RpcError;
    expect(failure).toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { reason, willRestart: false } });
    expect(failure.message).toMatch(message);
    expect(host.get("w")).toMatchObject({ status: "failed", pid: undefined });
    await expect(other.request("pid", {})).resolves.toBe(other.pid);
    await host.get("w")?.stop();
    await expect(host.start("w", plugin)).resolves.toMatchObject({ status: "running" });
  });
});

test("W7: an entry that forgets to serve its plugin is told exactly that, though it exits with 0", async () => {
  const { host } = greeterHost({ restart: { type: "temporary" } });
  await using _ = host;
  await expect(host.start("w", { entry: fixture("silent-entry") })).rejects.toMatchObject({
    message: expect.stringContaining("the entry ended without calling serve(plugin): call serve"),
    data: { reason: "never-served" },
  });
  expect(host.get("w")?.diagnostics().lastCrash).toMatchObject({ code: 0 });
});

test("a command that sends back what it reads is told to be no worker", async () => {
  const { host } = greeterHost({ restart: { type: "temporary" } });
  await using _ = host;
  const echo = [process.execPath, "-e", "process.stdin.pipe(process.stdout)"] as const;
  await expect(host.start("w", { command: [...echo] })).rejects.toMatchObject({
    message: expect.stringContaining("does not speak the protocol, or sends back what it reads"),
    data: { reason: "startup-failed" },
  });
});

test("a heap too small for Node itself is told as a full heap", async () => {
  const { host } = greeterHost({ restart: { type: "temporary" } });
  await using _ = host;
  await expect(host.start("w", { ...plugin, limits: { heapMb: 1 } })).rejects.toMatchObject({
    data: { reason: "heap-out-of-memory" },
  });
});

describe("an option nobody can use", () => {
  test.each<[string, object, RegExp]>([
    [
      "timeouts.initializeMs 0",
      { timeouts: { initializeMs: 0 } },
      /timeouts\.initializeMs: expected ms from 1 .* got 0/,
    ],
    ["timeouts.drainMs -1", { timeouts: { drainMs: -1 } }, /timeouts\.drainMs: .* got -1/],
    ["timeouts.killMs NaN", { timeouts: { killMs: Number.NaN } }, /timeouts\.killMs: .* got NaN/],
    ["timeouts.callMs past its cap", { timeouts: { callMs: 900_001 } }, /timeouts\.callMs: expected at most 900000 ms/],
    [
      "limits.messageBytes 0.5",
      { limits: { messageBytes: 0.5 } },
      /limits\.messageBytes: expected a whole number from 1, got 0\.5/,
    ],
    ["limits.heapMb -1", { limits: { heapMb: -1 } }, /limits\.heapMb: .* got -1/],
    ["restart.intensity 0", { restart: { intensity: 0 } }, /restart\.intensity: .* got 0/],
    ["restart.jitter 2", { restart: { jitter: 2 } }, /restart\.jitter: expected a number from 0 to 1, got 2/],
    [
      "restart.type",
      { restart: { type: "always" } },
      /restart\.type: expected "permanent", "transient" or "temporary", got "always"/,
    ],
    [
      "restart.rules",
      { restart: { rules: { signal: "maybe" } } },
      /restart\.rules\.signal: expected "restart", "fail" or "stop"/,
    ],
  ])("%s", async (_what, options, message) => {
    const refused = expect.objectContaining({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringMatching(message),
    });
    expect(() => greeterHost(options)).toThrow(refused);
    const { host } = greeterHost();
    await expect(host.start("w", { ...plugin, ...options } as StartOptions<never>)).rejects.toEqual(refused);
    expect(host.list()).toEqual([]);
    await host.close();
  });

  test.each<[string, unknown, object, RegExp]>([
    ["an empty id", "", plugin, /worker id: expected text of 1 to 256 characters .* got ""/],
    ["a blank id", "  ", plugin, /worker id: /],
    ["an id with a control character", "a\nb", plugin, /worker id: /],
    ["an id that is no text", 7, plugin, /worker id: .* got number/],
    ["no source", "w", {}, /expected exactly one of entry, command and launcher, got 0/],
    ["two sources", "w", { ...plugin, command: ["node"] }, /expected exactly one of .* got 2/],
    ["an entry on the web", "w", { entry: "https://example.com/plugin.js" }, /entry: expected a path or a file URL/],
    ["an empty command", "w", { command: [] }, /argv: expected a command/],
    ["a launcher that is none", "w", { launcher: {} }, /launcher: expected an object with a method launch/],
    [
      "capabilities that are none",
      "w",
      { ...plugin, capabilities: "state.read" },
      /capabilities: expected a list of names/,
    ],
    ["an empty cwd", "w", { ...plugin, cwd: "" }, /cwd: expected a folder/],
  ])("%s", async (_what, id, options, message) => {
    const { host } = greeterHost();
    await expect(host.start(id as string, options as StartOptions<never>)).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringMatching(message),
    });
    expect(host.list()).toEqual([]);
    await host.close();
  });

  test("a handler that is missing, or that no method is for", () => {
    const create = createHost as unknown as (contract: unknown, options: object) => unknown;
    const running = () => null;
    expect(() => create(greeter, { handlers: { running } })).toThrow(/needs a function for "state\.get"/);
    expect(() => create(greeter, { handlers: { running, "state.get": running, "state.got": running } })).toThrow(
      /has no worker→host method "state\.got"/,
    );
    // Missing, too, because it is misspelled.
    expect(() => create(greeter, { handlers: { running, "state.gett": running } })).toThrow(
      /has no worker→host method "state\.gett"; did you mean state\.get\?/,
    );
  });
});
