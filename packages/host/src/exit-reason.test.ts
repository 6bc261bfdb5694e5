import { expect, test } from "vitest";
import { describeExit, exitMessage } from "./exit-message.js";
import { DEFAULT_RESTART_RULES, type ExitFacts, type ExitReason, exitReason } from "./exit-reason.js";

const HEAP_TAIL = `
<--- Last few GCs --->

[1:0x1] 52 ms: Mark-Compact 18.9 (21.3) -> 18.3 (21.8) MB

<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0xb8d0a3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]
`;

type Ended = Partial<ExitFacts> & { readonly code?: number; readonly signal?: NodeJS.Signals };

const facts = (given: Ended): ExitFacts => ({
  exit: { code: given.signal === undefined ? (given.code ?? 0) : null, signal: given.signal ?? null },
  ...{ ready: true, initialized: true, asked: false, received: 1, strayLines: 0, tail: "", ...given },
});
const ended = (given: Ended): ExitReason => exitReason(facts(given));

test("a running worker that ends by itself: its exit code, 0 too", () => {
  expect(ended({ code: 3 })).toEqual({ reason: "exit-code", code: 3 });
  expect(ended({ code: 0 })).toEqual({ reason: "exit-code", code: 0 });
});

test("a signal from outside: the signal", () => {
  expect(ended({ signal: "SIGKILL" })).toEqual({ reason: "signal", signal: "SIGKILL" });
  expect(ended({ signal: "SIGSEGV", ready: false })).toEqual({ reason: "signal", signal: "SIGSEGV" });
});

test("what the host asked for is requested, however it ended", () => {
  const asked = { asked: true, tail: HEAP_TAIL };
  expect(ended({ ...asked, code: 1 })).toEqual({ reason: "requested", code: 1, signal: null });
  expect(ended({ ...asked, signal: "SIGKILL" })).toEqual({ reason: "requested", code: null, signal: "SIGKILL" });
});

test("why the host ended it outweighs how it ended", () => {
  const cause = { reason: "unresponsive", silentMs: 10_000 } as const;
  expect(ended({ cause, signal: "SIGKILL" })).toBe(cause);
  expect(ended({ cause, code: 0, ready: false, received: 0 })).toBe(cause);
});

test.each<Ended>([{ signal: "SIGABRT" }, { signal: "SIGTRAP" }, { code: 134 }])(
  "V8's last words and an abort are a full heap: %o",
  (exit) => {
    expect(ended({ ...exit, tail: HEAP_TAIL })).toEqual({ reason: "heap-out-of-memory" });
    expect(ended({ ...exit, tail: HEAP_TAIL, ready: false })).toEqual({ reason: "heap-out-of-memory" });
  },
);

test("V8's last words without an abort are only words; an abort without them is only an abort", () => {
  expect(ended({ code: 1, tail: HEAP_TAIL })).toEqual({ reason: "exit-code", code: 1 });
  expect(ended({ signal: "SIGABRT", tail: "assertion failed" })).toEqual({ reason: "signal", signal: "SIGABRT" });
});

test("an entry that ends well without a message never called serve", () => {
  const reason = ended({ ready: false, received: 0, code: 0, strayLines: 2 });
  expect(reason).toEqual({ reason: "never-served", strayLines: 2 });
  expect(describeExit(reason)).toMatch(/^the entry ended without calling serve\(plugin\), and wrote 2 lines to stdout/);
});

test("an entry that throws, or ends after its first messages, failed to start", () => {
  const early = (code: number, received: number): string => describeExit(ended({ ready: false, received, code }));
  const begin = "it failed to start: the process ended with exit code";
  expect(early(1, 0)).toBe(
    `${begin} 1 before it was ready; its stderr may say why: in Node most often an exception at the top of the entry, or in setup`,
  );
  expect(early(0, 2)).toBe(
    `${begin} 0 before it was ready; a worker must stay alive: look for process.exit, and leave its stdin to serve(plugin)`,
  );
});

test("an exit before it was ready whose code Node or a shell gives a meaning: the meaning, and what to do", () => {
  const early = (code: number): string => describeExit(ended({ ready: false, received: 0, code }));
  expect(early(13)).toContain("exit code 13 (in Node: a top-level await that never settled) before it was ready");
  expect(early(13)).toContain("call serve(plugin) before any await that may never settle");
  expect(early(9)).toContain("look at execArgv");
  expect(early(127)).toContain("command not found");
});

test("a handshake that took too long: whether initialize or the setup hangs, and what it wrote beside the protocol", () => {
  const late = (given: Ended): string =>
    describeExit(
      ended({ cause: { reason: "initialize-timeout", timeoutMs: 50 }, signal: "SIGTERM", ready: false, ...given }),
    );
  expect(late({ initialized: true })).toMatch(
    /^it answered initialize, but its setup was not done within 50 ms: look in setup/,
  );
  expect(late({ initialized: false })).toMatch(
    /^it did not answer initialize within 50 ms: the entry never called serve/,
  );
  expect(late({ initialized: false, strayLines: 3 })).toMatch(
    /within 50 ms, and wrote 3 lines to stdout that are no messages: .* its stdout must carry the protocol only;/,
  );
});

test.each([
  "javascript OOM in GC during deserialization",
  "process OOM in Zone",
  "JavaScript out of memory: GC during deserialization",
])("V8's short last words too: %s", (words) => {
  const tail = `\n#\n# Fatal ${words}\n#\n`;
  expect(ended({ signal: "SIGTRAP", tail, ready: false })).toEqual({ reason: "heap-out-of-memory" });
});

test("a process that never was: spawn-failed, even when it was asked to end", () => {
  const exit = { code: null, signal: null, error: new Error("no such command: frob") };
  expect(ended({ exit, asked: true, ready: false })).toEqual({
    reason: "spawn-failed",
    message: "no such command: frob",
  });
});

const EXAMPLES: { readonly [Name in ExitReason["reason"]]: ExitReason & { readonly reason: Name } } = {
  requested: { reason: "requested", code: 0, signal: null },
  "exit-code": { reason: "exit-code", code: 127 },
  signal: { reason: "signal", signal: "SIGKILL" },
  "heap-out-of-memory": { reason: "heap-out-of-memory" },
  "memory-limit": { reason: "memory-limit", rssMb: 512.4, limitMb: 500 },
  "startup-failed": { reason: "startup-failed", message: "setup: no database" },
  "never-served": { reason: "never-served", strayLines: 0 },
  "handshake-mismatch": { reason: "handshake-mismatch", message: "contract acme.greeter: version 1 and 2" },
  "initialize-timeout": { reason: "initialize-timeout", timeoutMs: 15_000, initialized: false, strayLines: 1 },
  unresponsive: { reason: "unresponsive", silentMs: 10_000 },
  "capabilities-missing": { reason: "capabilities-missing", missing: ["state.read"] },
  "cancel-ignored": { reason: "cancel-ignored", method: "greet", ignoredMs: 5_000 },
  "protocol-violation": { reason: "protocol-violation", message: "a message of more than 10 bytes" },
  "stdin-closed": { reason: "stdin-closed", message: "write EPIPE" },
  "spawn-failed": { reason: "spawn-failed", message: "no such command: frob" },
  "integrity-mismatch": {
    ...{ reason: "integrity-mismatch", file: "/plugin.js" },
    ...{ expected: "sha256-AAAA", actual: "sha256-BBBB" },
  },
};

test("every reason has one sentence", () => {
  expect(
    Object.fromEntries(Object.entries(EXAMPLES).map(([name, reason]) => [name, describeExit(reason)])),
  ).toMatchInlineSnapshot(`
    {
      "cancel-ignored": "it went on with greet for 5000 ms after that was cancelled: have the handler heed ctx.signal, or raise cancel.graceMs",
      "capabilities-missing": "its plugin needs capabilities it was not granted: state.read; add them to capabilities where the worker is started, if it may have them",
      "exit-code": "it ended by itself with exit code 127 (a shell's or container's: command not found); its stderr may say why",
      "handshake-mismatch": "host and plugin do not fit: contract acme.greeter: version 1 and 2",
      "heap-out-of-memory": "its JavaScript heap is full: look for a leak, or raise limits.heapMb",
      "initialize-timeout": "it did not answer initialize within 15000 ms, and wrote a line to stdout that is no message: the entry never called serve(plugin), or was busy before it; its stdout must carry the protocol only; raise timeouts.initializeMs if it must take longer",
      "integrity-mismatch": "its entry /plugin.js is not what was pinned: expected sha256-AAAA, got sha256-BBBB; nothing was run. Restore the file, or, if the change is meant, start it with the new hash as integrity",
      "memory-limit": "it used 512 MiB of memory, limits.rssMb is 500: look for a leak, or raise the limit",
      "never-served": "the entry ended without calling serve(plugin): call serve from @outrigger/worker-sdk at the end of the entry file, and await nothing before it that may never settle",
      "protocol-violation": "it broke the protocol: a message of more than 10 bytes",
      "requested": "it was asked to end",
      "signal": "it was ended by SIGKILL, not by this host: often the system's out-of-memory killer",
      "spawn-failed": "it could not be started: no such command: frob",
      "startup-failed": "it failed to start: setup: no database",
      "stdin-closed": "its pipes broke while it was alive: write EPIPE; a worker must keep stdin and stdout open until it exits",
      "unresponsive": "it answered no ping for 10000 ms: its event loop is blocked, by an endless loop or long synchronous work, or its process is stopped",
    }
  `);
});

test("where a main thread stood still is named", () => {
  const hang = { functionName: "spin", file: "/app/plugin.ts", line: 12, column: 5, stalledMs: 9_000, stack: [] };
  expect([
    describeExit({ reason: "unresponsive", silentMs: 10_000, hang }),
    describeExit({ reason: "initialize-timeout", timeoutMs: 500, initialized: true, strayLines: 0, hang }),
  ]).toMatchInlineSnapshot(`
    [
      "it answered no ping for 10000 ms; its main thread stood still in spin (/app/plugin.ts:12:5): its event loop is blocked, look there for an endless loop or long synchronous work; liveness.unresponsiveAfterMs says how long it may be",
      "it answered initialize, but its setup was not done within 500 ms; its main thread stood still in spin (/app/plugin.ts:12:5): look in setup for what never settles; raise timeouts.initializeMs if it must take longer",
    ]
  `);
});

test("only what cannot get better by itself is not retried", () => {
  const down = Object.entries(DEFAULT_RESTART_RULES).filter(([, rule]) => rule !== "restart");
  expect(down).toEqual([
    ["requested", "stop"],
    ["handshake-mismatch", "fail"],
    ["capabilities-missing", "fail"],
    ["integrity-mismatch", "fail"],
  ]);
  expect(Object.keys(DEFAULT_RESTART_RULES).sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test("the end of stderr stands in a failure's message once, and not at all when empty", () => {
  const sentence = `worker w: ${describeExit(EXAMPLES["exit-code"])}`;
  expect(exitMessage("w", EXAMPLES["exit-code"], " \n")).toBe(sentence);
  expect(exitMessage("w", EXAMPLES["exit-code"], "oops\n")).toBe(`${sentence}\n--- end of its stderr ---\noops`);
});
