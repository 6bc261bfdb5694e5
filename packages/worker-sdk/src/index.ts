export { type Declaring, definePlugin, type Plugin } from "./define-plugin.js";
export { type EventEntry, type EventOptions, event, events, type TypedEvent } from "./event-router.js";
export { currentContext, detached } from "./invocation.js";
export type { Entries, Entry, EntryOptions } from "./keyed-router.js";
export type { Log, LogMeta } from "./log-types.js";
export type { PluginOptions, WorkerContext, WorkerInfo } from "./plugin-context.js";
export {
  type ActionCall,
  action,
  actions,
  type DataCall,
  data,
  type JobCall,
  job,
  jobs,
  query,
  type RoutedContext,
  type ToolCall,
  tool,
  tools,
} from "./routers.js";
export { type ServeOptions, serve } from "./serve.js";
export type { WorkerLimits } from "./session.js";
