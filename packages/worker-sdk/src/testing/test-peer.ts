import {
  type Clock,
  type Contract,
  ErrorCode,
  FEATURES,
  type HostLogger,
  type InitializeResult,
  type LogParams,
  lifecycle,
  Peer,
  type PeerCallOptions,
  PROTOCOL_RANGE,
  RpcError,
  type TraceOptions,
  type Transport,
} from "@outrigger/protocol";
import {
  type ChannelOptions,
  createCallGate,
  createChannelHub,
  createChannels,
  createInvocations,
  DEFAULT_CHANNEL_LIMITS,
  DEFAULT_SUBSCRIPTIONS,
  diedWithError,
  guardChannels,
  notImplementedError,
  notServingError,
  scopeOfCall,
  unknownMethodError,
  watchChannel,
} from "@outrigger/protocol/authority";
import { failedStream, rejected } from "@outrigger/protocol/outcomes";
import {
  type ContextSource,
  checkedCalls,
  checkHealthOptions,
  createHandlerRunner,
  HOST_CALLS,
  nestedCalls,
  toldServing,
  tracedCalls,
  traceFor,
  type UntypedHandler,
  type WorkerCalls,
} from "@outrigger/protocol/tracing";

/** What the host's end of a test is made of. */
export interface TestPeerOptions {
  readonly contract: Contract;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly workerId: string;
  readonly capabilities: readonly string[];
  readonly config: unknown;
  readonly manifest: unknown;
  /** The scope of calls that name none. */
  readonly defaultScope: unknown;
  readonly handler: (method: string) => UntypedHandler | undefined;
  readonly onCall: (method: string, params: unknown, scope: unknown) => void;
  readonly onLog: (line: LogParams) => void;
  /** Of the host's handlers. */
  readonly logger: HostLogger;
}

type CallOptions = Omit<PeerCallOptions, "meta"> & TraceOptions & { readonly scope?: unknown };

/** The host's end: the same peer, handshake and rules of authority as a real host. */
export function createTestPeer(options: TestPeerOptions) {
  const { contract, clock, workerId } = options;
  const invocations = createInvocations<unknown>("test");
  const hub = createChannelHub();
  const channels = createChannels();
  let isInitialized = false;
  let status: "running" | "stopping" | "stopped" = "running";
  let implemented: ReadonlySet<string> = new Set();
  const gone = new AbortController();
  const source: ContextSource = {
    ...{ workerId, incarnation: 1, ended: gone.signal, log: options.logger },
    capabilities: new Set(options.capabilities),
    now: () => clock.now(),
    timeOfDay: (deadline) => Date.now() + deadline - clock.now(),
  };
  const gate = createCallGate({
    capabilities: source.capabilities,
    invocations,
    channels: guardChannels(contract.workerToHost, channels, hub),
    now: () => clock.now(),
    isInitialized: () => isInitialized,
  });

  const run = createHandlerRunner(source);
  const peer = new Peer({
    ...{ transport: options.transport, clock },
    outgoing: { ...lifecycle.hostToWorker, ...contract.hostToWorker },
    serving: toldServing(
      {
        methods: { ...lifecycle.workerToHost, ...contract.workerToHost },
        handlerErrorCode: ErrorCode.INTERNAL_ERROR,
        authorize: gate.authorize,
        handle(call) {
          const { method, params } = call;
          if (method === "$/log") return options.onLog(params as LogParams);
          const origin = gate.admit(call);
          if (origin === undefined) return undefined;
          options.onCall(method, params, origin.scope);
          return run(call, origin, options.handler(method));
        },
      },
      () => ({ contract: contract.name, workerId, side: "host" }),
    ),
  });
  peer.start();

  /** @throws RpcError as a host does for a call that is not sent */
  const admit = (method: string, isOwn: boolean): void => {
    if (status !== "running") {
      throw notServingError({ workerId, method, status, advice: "its test host is closed; make another" });
    }
    if (isOwn) return;
    if (!Object.hasOwn(contract.hostToWorker, method)) throw unknownMethodError(contract, method);
    if (!implemented.has(method)) throw notImplementedError(workerId, method);
  };
  /** What a call carries, and what is to be done when it has settled. */
  const carry = (method: string, params: unknown, given: CallOptions | undefined, isCall: boolean) => {
    const { scope: asked, ...rest } = given ?? {};
    admit(method, false);
    const trace = traceFor(rest, undefined);
    const scope = scopeOf(method, asked, params) ?? options.defaultScope;
    if (scope === undefined) return { ...rest, meta: trace };
    const id = isCall ? invocations.open(scope, clock.now()) : invocations.openNotification(scope, clock.now());
    const onSettled = (error?: unknown): void => {
      invocations.settle(id, clock.now());
      rest.onSettled?.(error);
    };
    return { ...rest, meta: { invocation: { id, scope }, ...trace }, onSettled };
  };
  const scopeOf = (method: string, given: unknown, params: unknown): unknown => {
    try {
      return scopeOfCall(contract.scope, given, params);
    } catch (error) {
      const { code, message, data } = error as RpcError;
      throw new RpcError(code, `${method}: ${message}`, { data });
    }
  };
  const calls: WorkerCalls<CallOptions> = {
    request(method, params, options) {
      try {
        // The peer's own promise: its rejection ends no process when nobody awaits it.
        return peer.request(method, params, carry(method, params, options, true));
      } catch (error) {
        return rejected(error);
      }
    },
    notify(method, params, options) {
      try {
        return peer.notify(method, params, carry(method, params, options, false).meta);
      } catch {
        return false;
      }
    },
    stream(method, params, options) {
      try {
        return peer.stream(method, params, carry(method, params, options, true));
      } catch (error) {
        options?.onSettled?.(error);
        return failedStream(error);
      }
    },
  };

  return {
    peer,
    channel(name: string, asked: ChannelOptions = {}) {
      const { nameCharacters } = DEFAULT_CHANNEL_LIMITS;
      const limits = { nameCharacters, subscriptions: DEFAULT_SUBSCRIPTIONS };
      const own = asked?.scope === undefined && asked !== null ? { ...asked, scope: options.defaultScope } : asked;
      return watchChannel(hub, contract, limits, name, own);
    },
    implements: (method: string): boolean => implemented.has(method),
    health(given?: Pick<PeerCallOptions, "signal" | "timeoutMs">): Promise<unknown> {
      try {
        checkHealthOptions(given);
        admit("health", true);
        return peer.request("health", {}, given);
      } catch (error) {
        return rejected(error);
      }
    },
    /** Asks the plugin to end; from now on it takes no new calls. */
    shutDown(): void {
      if (status !== "running") return;
      status = "stopping";
      peer.request("shutdown", {}).catch(() => {});
    },
    /** The plugin has ended. */
    bury(code: number): void {
      status = "stopped";
      const exit = { message: `worker ${workerId}: it was asked to end`, reason: "requested", code, signal: null };
      peer.close((method, mayHaveRun) => diedWithError({ workerId, method, mayHaveRun, ...exit }));
      gone.abort(new RpcError(ErrorCode.WORKER_UNAVAILABLE, exit.message));
      for (const { scope, channel, reason } of channels.closeAll("its worker ended: requested")) {
        hub.close(scope, channel, { by: "worker-ended", reason });
      }
      hub.end({ by: "host", reason: "the test host closed" });
    },
    async initialize(): Promise<InitializeResult> {
      const { name, version } = contract;
      const deadlineMs = peer.limits.callTimeoutMs;
      const offer = {
        protocol: PROTOCOL_RANGE,
        contract: { name, version },
        features: [...FEATURES],
        limits: { deadlineMs },
      };
      const { config, manifest, capabilities } = options;
      const facts = {
        workerId,
        capabilities,
        config,
        manifest,
        host: { name: "outrigger-test-host", version: "0.0.0" },
      };
      const onResult = (result: unknown): void => {
        const { features, limits } = result as InitializeResult;
        peer.agree(features, deadlineMs);
        peer.sendAgreed();
        if (limits?.messageBytes !== undefined) peer.capMessages(limits.messageBytes);
      };
      const answer = (await peer.request("initialize", { ...offer, ...facts }, { onResult })) as InitializeResult;
      implemented = new Set(answer.methods);
      isInitialized = true;
      if (answer.features.includes("setup")) await peer.request("initialized", {});
      return answer;
    },
    ...checkedCalls(HOST_CALLS, tracedCalls(nestedCalls(calls), workerId, contract), (message) =>
      options.logger.warn({ workerId }, message),
    ),
  };
}
