import {
  type Actor,
  type CapabilityOf,
  type Clock,
  type Contract,
  type Entity,
  type HealthResult,
  type HostToWorker,
  type InitializeResult,
  type JobRun,
  type LogParams,
  linkedTransports,
  type ParamsOutput,
  type PluginEvent,
  type Remote,
  type RequestOptions,
  type RpcError,
  type ScopeOf,
  systemClock,
  type ToolResult,
  type ToolRun,
  type WorkerToHost,
} from "@outrigger/protocol";
import {
  type CapabilityReport,
  type ChannelOptions,
  type ChannelPush,
  type ChannelSubscription,
  capabilityNames,
  checkCapabilityNames,
  kindOf,
  reportCapabilities,
  scopeOfCall,
} from "@outrigger/protocol/authority";
import type { HostHandlers, UntypedHandler } from "@outrigger/protocol/tracing";
import { definitionOf, type Plugin } from "../define-plugin.js";
import { checkObject, checkOptions, type OptionKinds } from "../option-checks.js";
import { createSession } from "../session.js";
import { createMemoryHost, type MemoryHost, type Recorded } from "./memory-host.js";
import { createMemoryLogger, type HostRecord } from "./memory-logger.js";
import { createTestPeer } from "./test-peer.js";

/** A test's own answers to the plugin's calls, such as the `HostHandlers` of a product; they go before the in-memory ones. */
export type TestHandlers<C extends Contract> = Partial<HostHandlers<C>>;

/** What a test says of the host its plugin runs in; everything has a default. */
export interface TestHostOptions<C extends Contract = Contract> {
  readonly workerId?: string | undefined;
  /** What the plugin may do. Default: every capability its contract names. */
  readonly capabilities?: readonly CapabilityOf<C>[] | undefined;
  /** Taken away from `capabilities`: calls that need them fail with `CAPABILITY_DENIED`, as in a host. */
  readonly denied?: readonly CapabilityOf<C>[] | undefined;
  /**
   * The scope of calls that neither name one nor have one in their params. Default `{ tenant: "test" }`, if that fits the
   * contract's schema; `null` for none.
   */
  readonly scope?: ScopeOf<C> | null | undefined;
  /** Told to the plugin in the handshake, and what `config.get` reads. */
  readonly config?: unknown;
  readonly manifest?: unknown;
  /** What the default scope has stored at the start. */
  readonly state?: Readonly<Record<string, unknown>> | undefined;
  /** What `secrets.resolve` knows. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  /** Answers `http.fetch`. */
  readonly http?: ((request: never) => unknown) | undefined;
  readonly handlers?: TestHandlers<C> | undefined;
  readonly clock?: Clock | undefined;
}

/** Options of a call of the test host. */
export interface TestScope<C> {
  readonly scope?: ScopeOf<C> | undefined;
}

/** Options of a call by a shorthand, beside the facts it is made of: `runJob("reindex", { tenant: "t2", onProgress })`. */
export type TestCallOptions<C extends Contract = Contract> = RequestOptions & TestScope<C>;

/** A call of the host, as its handler got it; `method` tells what its params are. */
export type RecordedCall<C extends Contract = Contract> = {
  [K in keyof WorkerToHost<C> & string]: {
    readonly method: K;
    readonly params: ParamsOutput<WorkerToHost<C>[K]>;
    readonly scope: ScopeOf<C> | undefined;
  };
}[keyof WorkerToHost<C> & string];

type PushData<Push> = Push extends { readonly data?: infer Data } ? Data : unknown;

/** A plugin running in memory, over the real peer, framing and handshake. */
export interface TestHost<C extends Contract = Contract> extends Remote<HostToWorker<C>, TestScope<C>> {
  /** What the plugin answered in the handshake: methods, features, declarations. */
  readonly answer: InitializeResult;
  /** What the plugin says it needs, what it was granted, and what of it is missing. */
  readonly capabilities: CapabilityReport;
  /** What the plugin logged. */
  readonly logs: readonly LogParams[];
  /** What handlers wrote through `context.log`. */
  readonly hostLogs: readonly HostRecord[];
  /** What the SDK wrote to stderr. */
  readonly stderr: string;
  /** The plugin's calls of the host, in order. */
  readonly calls: readonly RecordedCall<C>[];
  /** What the default scope has stored. */
  readonly state: Map<string, unknown>;
  /** What another scope or namespace has stored. */
  stateOf(scope: ScopeOf<C>, namespace?: string): Map<string, unknown>;
  /** The entities of a scope; default the default scope. */
  entitiesOf(scope?: ScopeOf<C>): readonly Entity[];
  readonly recorded: Recorded<ScopeOf<C>, PushData<ChannelPush<WorkerToHost<C>>>>;
  /** Delivers an event through `onEvent`; id, time and payload have defaults. */
  emit(event: Pick<PluginEvent, "name"> & Partial<PluginEvent>): Promise<void>;
  executeTool(tool: string, params?: unknown, options?: Partial<ToolRun> & TestCallOptions<C>): Promise<ToolResult>;
  runJob(job: string, options?: { readonly params?: unknown } & Partial<JobRun> & TestCallOptions<C>): Promise<unknown>;
  getData(key: string, params?: unknown, options?: Partial<Actor> & TestCallOptions<C>): Promise<unknown>;
  performAction(action: string, params?: unknown, options?: Partial<Actor> & TestCallOptions<C>): Promise<unknown>;
  /**
   * Subscribes to what the plugin pushes on a channel, as a host does. Default scope: the test host's.
   * @throws RpcError INVALID_PARAMS naming the option that cannot be used
   */
  channel(name: string, options?: ChannelOptions<ScopeOf<C>>): ChannelSubscription<ChannelPush<WorkerToHost<C>>>;
  /** Whether the plugin implements a method of the contract. */
  implements(method: keyof HostToWorker<C> & string): boolean;
  /** Asks the plugin how it is. Fails like any call. */
  health(options?: Pick<RequestOptions, "signal" | "timeoutMs">): Promise<HealthResult>;
  /** Shuts the plugin down as a host does. Resolves with the exit code its process would have. */
  close(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

const DEFAULT_TENANT = "test";

/**
 * Runs a plugin in memory, for its author's tests: the real peer, framing and handshake, setup included; only the
 * process is missing. The methods of `pluginContract` that a plugin may call are answered in memory.
 *
 * @throws RpcError what `initialize` or the plugin's `setup` failed with, INVALID_PARAMS for a capability or scope that does
 * not fit the contract; TypeError for an option that is unknown or of the wrong type.
 */
export async function createTestHost<C extends Contract>(
  plugin: Plugin<C>,
  options: TestHostOptions<C> = {},
): Promise<TestHost<C>> {
  definitionOf(plugin);
  const { contract } = plugin;
  checkTestOptions(contract, options);
  const { clock = systemClock, workerId = "test", config = {}, manifest, handlers = {} } = options;
  const defaultScope = defaultScopeOf(contract, options.scope);
  const memory = createMemoryHost({ config, secrets: options.secrets ?? {}, http: options.http });
  const state = memory.state.of(defaultScope);
  for (const [key, value] of Object.entries(options.state ?? {})) state.set(key, value);
  const logs: LogParams[] = [];
  const calls: { method: string; params: unknown; scope: unknown }[] = [];
  const hostLogs: HostRecord[] = [];
  let stderr = "";

  const [hostEnd, workerEnd] = linkedTransports();
  const ended = new Promise<number>((resolve) => {
    const onStderr = (text: string): void => {
      stderr += text;
    };
    createSession({ plugin, transport: workerEnd, stderr: onStderr, onEnded: resolve, clock });
  });
  const denied = new Set<string>(options.denied);
  const granted = [...(options.capabilities ?? capabilityNames(contract))].filter((name) => !denied.has(name));
  const testPeer = createTestPeer({
    ...{ contract, clock, workerId, config, manifest, defaultScope, transport: hostEnd },
    capabilities: granted,
    handler: (method) => handlerOf(handlers, memory, method),
    onCall: (method, params, scope) => calls.push({ method, params, scope }),
    onLog: (line) => logs.push(line),
    logger: createMemoryLogger(hostLogs, { workerId }),
  });

  const close = async (): Promise<number> => {
    testPeer.shutDown();
    const code = await ended;
    testPeer.bury(code);
    return code;
  };
  let answer: InitializeResult;
  try {
    answer = await testPeer.initialize();
  } catch (error) {
    testPeer.peer.close(() => error as RpcError);
    throw error;
  }

  let deliveries = 0;
  const { request, notify, stream, channel, health } = testPeer;
  const tenant = (defaultScope as { tenant?: string } | undefined)?.tenant ?? DEFAULT_TENANT;
  const host = {
    capabilities: reportCapabilities(answer.capabilities, new Set(granted), undefined),
    ...{
      request,
      notify,
      stream,
      channel,
      health,
      implements: testPeer.implements,
      answer,
      logs,
      hostLogs,
      calls,
      state,
      close,
    },
    ...{ recorded: memory.recorded, [Symbol.asyncDispose]: async () => void (await close()) },
    get stderr() {
      return stderr;
    },
    stateOf: (scope: unknown, namespace?: string) => memory.state.of(scope, namespace),
    entitiesOf: (scope: unknown = defaultScope) => [...memory.entities.of(scope).values()],
    async emit(event: Partial<PluginEvent>) {
      const facts = { id: `delivery-${++deliveries}`, payload: null, occurredAt: new Date().toISOString(), tenant };
      await request("onEvent", { event: { ...facts, ...event } });
    },
    executeTool(tool: string, params?: unknown, options?: TestCallOptions) {
      const { call, facts } = split(options);
      return request("executeTool", { tool, params, run: { tenant, ...facts } }, call);
    },
    runJob(job: string, { params, ...options }: { params?: unknown } & TestCallOptions = {}) {
      const { call, facts } = split(options);
      const run = { id: `run-${++deliveries}`, tenant, trigger: "manual", ...facts };
      return request("runJob", { job, params, run }, call);
    },
    getData(key: string, params?: unknown, options?: TestCallOptions) {
      const { call, facts } = split(options);
      return request("getData", { key, params, actor: { tenant, ...facts } }, call);
    },
    performAction(action: string, params?: unknown, options?: TestCallOptions) {
      const { call, facts } = split(options);
      return request("performAction", { action, params, actor: { tenant, ...facts } }, call);
    },
  };
  return host as unknown as TestHost<C>;
}

function split(options: TestCallOptions = {}) {
  const { signal, timeoutMs, idleTimeoutMs, onProgress, scope, traceparent, tracestate, ...facts } = options;
  return { call: { signal, timeoutMs, idleTimeoutMs, onProgress, scope, traceparent, tracestate }, facts };
}

const OPTIONS: OptionKinds = {
  ...{ workerId: "text", capabilities: "names", denied: "names", scope: "any", config: "any", manifest: "any" },
  ...{ state: "object", secrets: "object", http: "code", handlers: "object", clock: "object" },
};

function checkTestOptions(contract: Contract, options: unknown): void {
  const what = "createTestHost: options";
  checkOptions(what, options, OPTIONS);
  const names = options as { readonly capabilities?: readonly string[]; readonly denied?: readonly string[] };
  checkCapabilityNames(`${what}.capabilities`, names.capabilities ?? [], contract);
  checkCapabilityNames(`${what}.denied`, names.denied ?? [], contract);
  const { handlers = {} } = checkObject(what, options, "an object");
  for (const [method, handler] of Object.entries(handlers as object)) {
    if (!Object.hasOwn(contract.workerToHost, method)) {
      const known = Object.keys(contract.workerToHost).join(", ") || "none";
      throw new TypeError(
        `${what}.handlers: ${JSON.stringify(method)} is no method a plugin of contract ${contract.name} can call; it has ${known}`,
      );
    }
    if (handler !== undefined && typeof handler !== "function") {
      throw new TypeError(`${what}.handlers[${JSON.stringify(method)}]: expected a function, got ${kindOf(handler)}`);
    }
  }
}

/** @throws RpcError INVALID_PARAMS for a scope that does not fit the contract */
function defaultScopeOf(contract: Contract, given: unknown): unknown {
  if (given === null) return undefined;
  return scopeOfCall(contract.scope, given, { tenant: DEFAULT_TENANT });
}

function handlerOf(handlers: object, memory: MemoryHost, method: string) {
  const own = Object.hasOwn(handlers, method)
    ? (handlers as Record<string, UntypedHandler | undefined>)[method]
    : undefined;
  return own ?? (memory.handlers.get(method) as UntypedHandler | undefined);
}
