import type { Actor, JobRun, Progress, ProgressReporter, Schema, ToolResult, ToolRun } from "@outrigger/protocol";
import type { pluginContract } from "@outrigger/protocol/plugin-contract";
import { type Declaring, declaring } from "./define-plugin.js";
import { createRouter, type Entries, type Entry, type EntryOptions } from "./keyed-router.js";
import type { WorkerContext } from "./plugin-context.js";

type AnySchema = Schema<unknown, unknown>;
type Output<S> = S extends Schema<infer _In, infer Out> ? Out : never;

/** The context of an entry that is written apart from its `definePlugin`, which otherwise says the contract. */
export type RoutedContext = WorkerContext<typeof pluginContract> & ProgressReporter<Progress>;

/** How a tool was called, beside its params. */
export interface ToolCall {
  readonly tool: string;
  readonly params?: unknown;
  /** On whose behalf. */
  readonly run: ToolRun;
}

/** How a job was called: its run, with its params. */
export type JobCall<Params = unknown> = JobRun & { readonly params: Params };

/** How data was asked for. */
export interface DataCall {
  readonly key: string;
  readonly params?: unknown;
  readonly actor?: Actor | undefined;
}

/** How an action was called. */
export interface ActionCall {
  readonly action: string;
  readonly params?: unknown;
  readonly actor?: Actor | undefined;
}

/**
 * One tool. `params` are checked before `run` sees them, and declared to the host as JSON Schema.
 *
 * Inside `definePlugin` the context is that of the contract. In a file of its own a tool knows nothing of it, and takes
 * that it may call everything of `pluginContract` ({@link RoutedContext}). Where the contract has other methods, or fewer,
 * say so at the parameter; `job`, `query`, `action` and `event` likewise:
 *
 * ```ts
 * type Context = WorkerContext<typeof contract> & ProgressReporter<Progress>;
 * export const search = tool({ description, params }, async ({ q }, context: Context) => { … });
 * ```
 */
export function tool<S extends AnySchema, Context = RoutedContext>(
  options: EntryOptions<S> & { readonly description: string; readonly params: S },
  run: (params: Output<S>, context: Context, call: ToolCall) => ToolResult | PromiseLike<ToolResult>,
): Entry<Context, ToolResult> {
  return { ...options, run };
}

/** The handler of `executeTool`: tools by name, declared to the host. */
export function tools<Context = RoutedContext>(
  entries: Entries<Context, ToolResult>,
): ((call: ToolCall, context: Context) => Promise<ToolResult>) & Declaring {
  const router = createRouter("tool", "tool", entries);
  return declaring(async (call: ToolCall, context: Context) => {
    const { run, params } = router.find(call.tool, call.params);
    return (await run(params, context, call)) as ToolResult;
  }, router.declare);
}

/** One job with params of its own, as `run.params`. */
export function job<S extends AnySchema = AnySchema, Context = RoutedContext>(
  options: EntryOptions<S>,
  run: (run: JobCall<Output<S>>, context: Context) => unknown,
): Entry<Context, unknown> {
  return { ...options, run };
}

/** The handler of `runJob`: jobs by name, declared to the host. What a job returns is kept with its run. */
export function jobs<Context = RoutedContext>(
  entries: Entries<Context, unknown, (run: JobCall, context: Context) => unknown>,
): ((
  call: { readonly job: string; readonly run: JobRun; readonly params?: unknown },
  context: Context,
) => Promise<unknown>) &
  Declaring {
  const router = createRouter("job", "job", entries);
  return declaring(async (call: { job: string; run: JobRun; params?: unknown }, context: Context) => {
    const { run, params } = router.find(call.job, call.params);
    return run({ ...call.run, params }, context, call);
  }, router.declare);
}

/** One source of data with params. */
export function query<S extends AnySchema, Context = RoutedContext>(
  options: EntryOptions<S> & { readonly params: S },
  run: (params: Output<S>, context: Context, call: DataCall) => unknown,
): Entry<Context, unknown> {
  return { ...options, run };
}

/** The handler of `getData`: data by key, declared to the host. */
export function data<Context = RoutedContext>(
  entries: Entries<Context, unknown, (params: unknown, context: Context, call: DataCall) => unknown>,
): ((call: DataCall, context: Context) => Promise<unknown>) & Declaring {
  const router = createRouter("data", "key", entries);
  return declaring(async (call: DataCall, context: Context) => {
    const { run, params } = router.find(call.key, call.params);
    return run(params, context, call);
  }, router.declare);
}

/** One action with params. */
export function action<S extends AnySchema, Context = RoutedContext>(
  options: EntryOptions<S> & { readonly params: S },
  run: (params: Output<S>, context: Context, call: ActionCall) => unknown,
): Entry<Context, unknown> {
  return { ...options, run };
}

/** The handler of `performAction`: actions by name, declared to the host. */
export function actions<Context = RoutedContext>(
  entries: Entries<Context, unknown, (params: unknown, context: Context, call: ActionCall) => unknown>,
): ((call: ActionCall, context: Context) => Promise<unknown>) & Declaring {
  const router = createRouter("action", "action", entries);
  return declaring(async (call: ActionCall, context: Context) => {
    const { run, params } = router.find(call.action, call.params);
    return run(params, context, call);
  }, router.declare);
}
