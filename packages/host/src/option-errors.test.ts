import { PassThrough } from "node:stream";
import { ErrorCode } from "@outrigger/protocol";
import { nearestName } from "@outrigger/protocol/authority";
import { describe, expect, it, vi } from "vitest";
import { contract, setup, silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeLauncher } from "./fake-launcher.js";
import { nodeLauncher } from "./node-launcher.js";

const handlers = { "state.get": () => "", now: () => "" };
const untyped = createHost as unknown as (contract: unknown, options: unknown) => unknown;
const refused = (message: RegExp) =>
  expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message: expect.stringMatching(message) });

describe("an option that cannot be used is refused with INVALID_PARAMS, what was expected, and what it got", () => {
  const both: [string, object, RegExp][] = [
    ["env", { env: 5 }, /^env: expected an object with options, got number/],
    ["env a list", { env: ["A=1"] }, /^env: .* got array/],
    ["timeouts", { timeouts: 5 }, /^timeouts: expected an object/],
    ["restart", { restart: 5 }, /^restart: expected an object/],
    ["limits", { limits: null }, /^limits: .* got null/],
    ["a limit that is no number", { limits: { depth: 1n } }, /^limits\.depth: expected a whole number from 1, got 1n/],
    [
      "a typo in timeouts",
      { timeouts: { callMS: 5 } },
      /^timeouts: there is no option "callMS"; did you mean callMs\?/,
    ],
    ["a typo in limits", { limits: { heapMB: 5 } }, /^limits: there is no option "heapMB"; did you mean heapMb\?/],
    ["a typo in restart", { restart: { intensty: 5 } }, /^restart: .*did you mean intensity\?/],
    ["a typo in rules", { restart: { rules: { signals: "stop" } } }, /^restart\.rules: .*did you mean signal\?/],
    ["a typo in cancel", { cancel: { graceMS: 5 } }, /^cancel: .*did you mean graceMs\?/],
    ["cancel.onIgnored", { cancel: { onIgnored: "kill" } }, /^cancel\.onIgnored: expected "report" or "restart"/],
    ["cancel.graceMs", { cancel: { graceMs: 0 } }, /^cancel\.graceMs: expected ms/],
    ["cancel.maxWatched", { cancel: { maxWatched: 0 } }, /^cancel\.maxWatched: expected a whole number from 1/],
    ["compileCache", { compileCache: true }, /^compileCache: expected an object/],
    ["a typo in compileCache", { compileCache: { maxBites: 1 } }, /^compileCache: .*did you mean maxBytes\?/],
    [
      "compileCache.maxBytes",
      { compileCache: { maxBytes: 0 } },
      /^compileCache\.maxBytes: expected a whole number from 1/,
    ],
    ["missingCapabilities", { missingCapabilities: "deny" }, /^missingCapabilities: expected "report" or "refuse"/],
    ["restart.type", { restart: { type: 1n } }, /^restart\.type: .*got 1n/],
    ["inheritEnv", { inheritEnv: true }, /^inheritEnv: expected an object/],
    [
      "a group of inheritEnv",
      { inheritEnv: { proxy: "yes" } },
      /^inheritEnv\.proxy: expected true or false, got "yes"/,
    ],
    ["names of inheritEnv", { inheritEnv: { names: "PATH" } }, /^inheritEnv\.names: expected a list/],
    [
      "another option",
      { timeout: { callMs: 5 } },
      /there is no option "timeout"; did you mean timeouts\? \(it has .*env/,
    ],
  ];

  it.each<[string, object, RegExp]>([
    ...both,
    ["name", { name: 5 }, /^name: expected text, got 5/],
    ["version", { version: 1 }, /^version: expected text, got 1/],
    ["name", { name: "x".repeat(257) }, /^name: expected at most 256 characters, got 257/],
    [
      "a logger without levels",
      { logger: {} },
      /^logger: expected pino or a logger of its shape, with trace.*got \{\}/,
    ],
    ["a logger that is none", { logger: 5 }, /^logger: .* got 5/],
    ["codec", { codec: null }, /^codec: .* got null/],
    ["nice of a host that would go before others", { nice: -1 }, /^nice: expected a whole number from 0 to 19, got -1/],
    ["nice past its end", { nice: 20 }, /^nice: .* got 20/],
    ["nice that is no number", { nice: Number.NaN }, /^nice: .* got NaN/],
    ["nice in parts", { nice: 0.5 }, /^nice: .* got 0.5/],
    ["handlers", { handlers: 5 }, /^handlers: expected an object/],
  ])("createHost: %s", (_, options, message) => {
    expect(() => untyped(contract, { handlers, logger: silent, ...options })).toThrow(refused(message));
  });

  it.each<[string, object, RegExp]>([
    ...both,
    ["execArgv", { launcher: undefined, entry: "plugin.js", execArgv: 5 }, /^execArgv: expected a list of strings/],
    ["args", { launcher: undefined, entry: "plugin.js", args: "x" }, /^args: .* got "x"/],
    ["args of no strings", { launcher: undefined, entry: "plugin.js", args: [1] }, /^args: .* got \[1\]/],
    ["nodePath", { launcher: undefined, entry: "plugin.js", nodePath: "" }, /^nodePath: expected the path of a Node/],
    [
      "permissions that nothing here enforces",
      { launcher: undefined, command: ["a"], permissions: {} },
      /^permissions: goes with entry only, nothing here could enforce it/,
    ],
    ["a pin without an entry", { integrity: "sha256-x" }, /^integrity: goes with entry only/],
    ["args beside a command", { launcher: undefined, command: ["a"], args: ["b"] }, /^args: goes with entry only/],
    ["launcher", { launcher: null }, /^launcher: expected an object with a method launch/],
    ["cwd", { cwd: 1n }, /^cwd: expected a folder, got 1n/],
    ["capabilities", { capabilities: "state" }, /^capabilities: expected a list of names, got "state"/],
    [
      "a capability nobody needs",
      { capabilities: ["stat"] },
      /^capabilities: .* "stat"; did you mean state\? \(it knows state\)/,
    ],
    ["a config that cannot be written", { config: 1n }, /^config: expected what can be written as JSON: .*BigInt/],
    ["a config that is left out of JSON", { config: () => {} }, /^config: .*it is a function/],
    ["a manifest that cannot be written", { manifest: { size: 1n } }, /^manifest: /],
  ])("start: %s, and nothing is started or known", async (_, options, message) => {
    const { host, launcher } = setup();
    await expect(host.start("w", { launcher, ...options } as never)).rejects.toEqual(refused(message));
    expect(launcher.processes).toEqual([]);
    expect(host.list()).toEqual([]);
  });

  it("createHost and start: no options at all", async () => {
    for (const options of [null, 5, "options", []]) {
      expect(() => untyped(contract, options)).toThrow(refused(/^createHost: expected an object/));
      const { host } = setup();
      await expect(host.start("w", options as never)).rejects.toEqual(refused(/^start: expected an object/));
    }
  });

  it("createHost: a contract that defineContract has not made", () => {
    for (const none of [null, undefined, 5, {}, { name: "x" }, { name: "x", version: 1, hostToWorker: {} }]) {
      expect(() => untyped(none, { handlers })).toThrow(refused(/^contract: expected what defineContract makes, got/));
    }
  });

  it("nodeLauncher: its own options", () => {
    expect(() => nodeLauncher({ entry: "plugin.js", execArgv: ["a\0b"] })).toThrow(refused(/^execArgv: .*without NUL/));
  });

  it("a worker id that is no text, wherever it stands", async () => {
    const { host } = setup();
    const odd = { toString: null };
    for (const id of [null, undefined, 5, Symbol("w"), odd, ""] as string[]) {
      for (const call of [host.request(id, "now" as never, {} as never), host.stop(id), host.remove(id)]) {
        await expect(call).rejects.toEqual(refused(/^worker id: expected text of 1 to 256/));
      }
      expect(host.get(id)).toBeUndefined();
    }
  });

  it("an event there is not", async () => {
    const { host, start } = setup();
    const worker = await start();
    for (const { on } of [host, worker]) {
      expect(() => on("crahs" as "crash", () => {})).toThrow(refused(/no event "crahs"; did you mean crash\?/));
    }
  });
});

describe("the options of a call", () => {
  it("null is none, and no timeout either, nor is what nobody knows; the worker is not asked", async () => {
    const { launcher, start } = setup();
    const worker = await start();
    const { received } = launcher.latest.peer.stats;
    const none = null as never;
    const noTimeout = { timeoutMs: null } as never;
    const typo = { timeuotMs: 5, resend: false } as never;
    for (const [options, message] of [
      [none, /options: expected an object with options, got null/],
      [noTimeout, /\.timeoutMs: expected ms from 1 to 2147483647, got null/],
      [typo, /: there is no option "timeuotMs"; did you mean timeoutMs\?/],
    ] as const) {
      await expect(worker.request("echo", { text: "" }, options)).rejects.toEqual(refused(message));
      await expect(worker.stream("count", { to: 1 }, options).next()).rejects.toEqual(refused(message));
      await expect(worker.health(options)).rejects.toEqual(refused(message));
    }
    expect(launcher.latest.peer.stats.received).toBe(received);
  });

  it("a method that is no name", async () => {
    const { start } = setup();
    const worker = (await start()) as unknown as Record<"request" | "stream", (method: unknown) => never>;
    for (const method of [5, undefined, Symbol("x")]) {
      const expected = refused(
        /^method: expected the name of a method of the contract, got (number|undefined|symbol)$/,
      );
      await expect(worker.request(method)).rejects.toEqual(expected);
      await expect((worker.stream(method) as AsyncIterator<unknown>).next()).rejects.toEqual(expected);
    }
  });

  it("a scope that does not fit is refused, where the contract names none too", async () => {
    const { start } = setup();
    const worker = await start();
    for (const scope of [{ tenant: 5 }, {}, []] as never[]) {
      await expect(worker.request("echo", { text: "" }, { scope })).rejects.toEqual(
        refused(/^echo: scope\.tenant: expected text, got/),
      );
    }
    await expect(worker.request("echo", { text: "a" }, { scope: { tenant: "t1" } })).resolves.toBe("a");
  });
});

describe("a launcher", () => {
  it("that returns a process without what a host needs has it killed", async () => {
    const { host } = setup();
    const kill = vi.fn();
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    for (const launched of [
      { ...streams, kill },
      { ...streams, stderr: null, kill, onExit() {} },
      { ...streams, kill, onExit() {}, usage: 1 },
    ]) {
      const launcher = { name: "mine", launch: () => launched as never };
      await expect(host.start("w", { launcher, restart: { type: "temporary" } })).rejects.toThrow(/the launcher mine/);
    }
    expect(kill.mock.calls).toEqual([["SIGKILL"], ["SIGKILL"], ["SIGKILL"]]);
  });

  it("that returns no process is a failed start that says what launch must return", async () => {
    const { host } = setup();
    for (const launched of [null, undefined, {}]) {
      const launcher = { name: "mine", launch: () => launched as never };
      await expect(host.start("w", { launcher, restart: { type: "temporary" } })).rejects.toMatchObject({
        message: expect.stringMatching(
          /the launcher mine: launch must return \{ pid, stdin, .* got (null|undefined|object)/,
        ),
        data: { reason: "spawn-failed" },
      });
    }
  });

  it.each([
    ["usage", true, "a function, got true"],
    ["openInspector", "SIGUSR1", 'a function, got "SIGUSR1"'],
    ["nice", 10, "a function, got 10"],
    ["nice", null, "a function, got null"],
    ["endsWithHost", 1, "a boolean, got 1"],
  ])(
    "whose process has a %s that is none is a failed start, and its process is not left behind",
    async (member, value, told) => {
      const { host } = setup();
      const fake = fakeLauncher(contract);
      const launcher = { name: "mine", launch: (spec: never) => ({ ...fake.launch(spec), [member]: value }) as never };
      await expect(host.start("w", { launcher, restart: { type: "temporary" } })).rejects.toMatchObject({
        message: expect.stringContaining(`the launcher mine: ${member}: expected ${told}`),
        data: { reason: "spawn-failed" },
      });
      expect(fake.alive()).toEqual([]);
    },
  );
});

describe("the nearest name", () => {
  it.each([
    ["callMS", "callMs"],
    ["crahs", "crash"],
    ["timeout", "timeouts"],
    ["x", undefined],
    ["something else", undefined],
  ])("of %s is %s", (typo, name) => {
    expect(nearestName(typo, ["callMs", "crash", "timeouts", "killMs"])).toBe(name);
  });
});
