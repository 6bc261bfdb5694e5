import {
  ErrorCode,
  type HealthResult,
  type IncomingCall,
  type InitializeParams,
  type InitializeResult,
  lifecycle,
  RpcError,
  type Serving,
} from "@outrigger/protocol";
import { toldServing } from "@outrigger/protocol/tracing";
import { CallContext } from "./call-context.js";
import { definitionOf } from "./define-plugin.js";
import { callRunner, iterateInCall, runInCall } from "./invocation.js";
import type { PluginOptions, WorkerContext } from "./plugin-context.js";
import type { Session } from "./session-types.js";
import { messageOf } from "./thrown-text.js";
import { refusalIn, type WorkerPhase } from "./worker-phase.js";

/** The runtime's own calls, as the session answers them. */
export interface LifecycleCalls {
  readonly phase: () => WorkerPhase;
  /** Setup that runs although the host does not know of it: calls wait for its end. */
  readonly selfSetup: () => Promise<unknown> | undefined;
  initialize(call: IncomingCall, offer: InitializeParams): InitializeResult;
  initialized(call: IncomingCall): unknown;
  shutdown(call: IncomingCall, params: { deadlineMs?: number; reason?: string }): unknown;
}

/** What a worker serves: the runtime's own methods and the plugin's handlers, each in the context of its call. */
export function createServing(session: Session, lifecycleCalls: LifecycleCalls): Serving {
  const { handlers, options } = definitionOf(session.plugin);

  const runAlone = callRunner();

  const runHandler = (call: IncomingCall): unknown => {
    const handler = handlers.get(call.method);
    if (handler === undefined) throw notImplemented(call.method);
    const context = new CallContext(call, session);
    // A call that is told runs in what a tracing system has set up for it.
    const run = call.onFinished === undefined ? runAlone : runInCall;
    const outcome =
      call.method === "configChanged"
        ? withConfig(session, call.params, () => run(context, handler, call.params))
        : run(context, handler, call.params);
    return call.definition.kind === "stream" ? iterateInCall(context, outcome) : outcome;
  };

  const serving: Serving = {
    methods: { ...lifecycle.hostToWorker, ...session.plugin.contract.hostToWorker },
    handlerErrorCode: ErrorCode.WORKER_ERROR,
    authorize(method, definition) {
      const refusal = refusalIn(lifecycleCalls.phase(), method, lifecycleCalls.selfSetup() !== undefined);
      if (refusal !== undefined) throw refusal;
      if (definition.optional && !handlers.has(method)) throw notImplemented(method);
    },
    handle(call) {
      switch (call.method) {
        case "initialize":
          return lifecycleCalls.initialize(call, call.params as InitializeParams);
        case "initialized":
          return lifecycleCalls.initialized(call);
        case "shutdown":
          return lifecycleCalls.shutdown(call, call.params as { deadlineMs?: number; reason?: string });
        case "health":
          return runInCall(
            new CallContext(call, session),
            (_, context) => healthOf(options.health, context),
            undefined,
          );
        default: {
          const setup = lifecycleCalls.selfSetup();
          return setup === undefined ? runHandler(call) : setup.then(() => runHandler(call));
        }
      }
    },
  };
  const { name } = session.plugin.contract;
  return toldServing(serving, () => ({ contract: name, workerId: session.workerId(), side: "worker" }));
}

async function healthOf(hook: PluginOptions["health"], context: WorkerContext): Promise<HealthResult> {
  try {
    return (await hook?.(context)) ?? { status: "ok" };
  } catch (error) {
    return { status: "error", message: messageOf(error) };
  }
}

function notImplemented(method: string): RpcError {
  return new RpcError(ErrorCode.METHOD_NOT_IMPLEMENTED, `this plugin has no handler for ${method}, which is optional`);
}

/**
 * `configChanged` of `pluginContract`: its handler finds the new config, which is taken back when it fails. A contract's own
 * method may have that name, too.
 */
async function withConfig(session: Session, params: unknown, run: () => unknown): Promise<unknown> {
  if (typeof params !== "object" || params === null || !("config" in params)) return run();
  const settle = session.config.apply(params.config);
  let isKept = false;
  try {
    const result = await run();
    isKept = true;
    return result;
  } finally {
    settle(isKept);
  }
}
