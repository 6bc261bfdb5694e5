export { definePlugin, type Plugin } from "./define-plugin.js";
export { currentContext, detached } from "./invocation.js";
export type { Log, LogMeta } from "./log-types.js";
export type { PluginOptions, WorkerContext, WorkerInfo } from "./plugin-context.js";
export { type ServeOptions, serve } from "./serve.js";
export type { WorkerLimits } from "./session.js";
