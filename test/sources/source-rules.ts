/** Which source rules hold where. Paths are relative to `packages/`; a trailing slash means a whole folder. */

/** A package's own imports from this workspace. The demo is the one place that joins both ends. */
export const allowedPackages: Record<string, string[]> = {
  protocol: [],
  host: ["@outrigger/protocol"],
  "worker-sdk": ["@outrigger/protocol"],
  "example-plugin": ["@outrigger/protocol", "@outrigger/worker-sdk"],
};
export const hostImportAllowed = ["example-plugin/src/demo"];

/** No I/O, timers, clock, random or process, and imports only types and other pure files. */
export const pureFiles = [
  "protocol/src/contract.ts",
  "protocol/src/contract-checks.ts",
  "protocol/src/plugin-contract",
  "protocol/src/authority",
  "protocol/src/scope-of-params.ts",
  "protocol/src/trace-context.ts",
  "protocol/src/tracing-messages.ts",
  "protocol/src/messages.ts",
  "protocol/src/secret-marks.ts",
  "protocol/src/tape",
  "protocol/src/peer-limits.ts",
  "protocol/src/errors.ts",
  "protocol/src/validate.ts",
  "protocol/src/wire-shape.ts",
  "protocol/src/issue-text.ts",
  "protocol/src/delay.ts",
  "protocol/src/abort-listeners.ts",
  "protocol/src/abandoned-calls.ts",
  "protocol/src/framing.ts",
  "protocol/src/attachment-reader.ts",
  "protocol/src/bulk-frame.ts",
  "protocol/src/bulk-look.ts",
  "protocol/src/bulk-restore.ts",
  "protocol/src/bulk-values.ts",
  "protocol/src/hang-report.ts",
  "protocol/src/hang-place-source.ts",
  "protocol/src/longest-stall.ts",
  "protocol/src/secret-inspector.ts",
  "protocol/src/waiting-calls.ts",
  "protocol/src/lifecycle.ts",
  "protocol/src/negotiate.ts",
  "protocol/src/pending-calls.ts",
  "protocol/src/call-errors.ts",
  "protocol/src/call-timeouts.ts",
  "protocol/src/deadline-timer.ts",
  "protocol/src/guarded-callback.ts",
  "protocol/src/handled-promise.ts",
  "protocol/src/message-reader.ts",
  "protocol/src/nesting.ts",
  "protocol/src/call-input.ts",
  "protocol/src/input-sender.ts",
  "protocol/src/item-sender.ts",
  "protocol/src/kept-bytes.ts",
  "protocol/src/latin1.ts",
  "protocol/src/method-table.ts",
  "protocol/src/schema-compiler.ts",
  "protocol/src/runtime-notifications.ts",
  "protocol/src/stream-producer.ts",
  "protocol/src/stream-reader.ts",
  "protocol/src/codec.ts",
  "protocol/src/written-envelope.ts",
  "protocol/src/signal-users.ts",
  "protocol/src/spare-memory.ts",
  "protocol/src/known-envelope.ts",
  "protocol/src/short-lines.ts",
  "protocol/src/unread-message.ts",
  "protocol/src/whole-number.ts",
  "protocol/src/number-text.ts",
  "protocol/src/own-text.ts",
  "host/src/worker-state.ts",
  "host/src/state-draft.ts",
  "host/src/state-types.ts",
  "host/src/restart-policy.ts",
  "host/src/latency-histogram.ts",
  "host/src/method-figures.ts",
  "host/src/restart-budget.ts",
  "host/src/operation-errors.ts",
  "host/src/unavailable-error.ts",
  "host/src/exit-codes.ts",
  "host/src/integrity-error.ts",
  "host/src/node-options.ts",
  "host/src/compile-cache-rules.ts",
  "host/src/node-permissions.ts",
  "host/src/exit-reason.ts",
  "host/src/exit-message.ts",
  "host/src/shutdown-plan.ts",
  "host/src/liveness-state.ts",
  "host/src/life-signs.ts",
  "host/src/hang-lines.ts",
  "host/src/hang-finder.ts",
  "host/src/inspector-lines.ts",
  "host/src/locator-process-source.ts",
  "host/src/marked-lines.ts",
  "host/src/stall-watch.ts",
  "host/src/stderr-tail.ts",
  "host/src/log-lines.ts",
  "host/src/environment.ts",
  "host/src/rate-limit.ts",
  "host/src/event-lane.ts",
  "host/src/event-queue.ts",
  "host/src/event-subscriptions.ts",
  "worker-sdk/src/define-plugin.ts",
  "worker-sdk/src/routers.ts",
  "worker-sdk/src/keyed-router.ts",
  "worker-sdk/src/event-router.ts",
  "worker-sdk/src/option-checks.ts",
  "worker-sdk/src/plugin-config.ts",
  "worker-sdk/src/worker-phase.ts",
];
export const pureExternals = ["zod", "@standard-schema/spec"];

/** What a worker loads at every start, and what takes longer to load than all of it. */
export const fastEntries = [
  "protocol/src/index.ts",
  "protocol/src/stdio-transport.ts",
  "protocol/src/authority.ts",
  "worker-sdk/src/index.ts",
];
export const slowModules = [
  ...["zod", "@outrigger/protocol/zod", "@outrigger/protocol/plugin-contract"],
  ...["node:worker_threads", "node:perf_hooks", "node:module", "node:fs", "node:process"],
];

export const impureGlobals = [
  "process",
  "console",
  "fetch",
  "performance",
  "crypto",
  "queueMicrotask",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
];
export const impureCalls = ["Date.now", "Math.random", "AbortSignal.timeout"];

export const childProcessAllowed =
  /^host\/src\/([\w-]*launcher|kill-tree|orphan-reaper|clear-folder|hang-locator|node-flags|process-usage)\.ts$/;

/** The one audited file: inference needs `any` as a bound in places where `unknown` does not infer. */
export const anyAllowed = "protocol/src/contract-types.ts";

export const maxLines = 300;
