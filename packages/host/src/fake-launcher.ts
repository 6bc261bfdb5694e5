import { PassThrough } from "node:stream";
import {
  type Contract,
  ErrorCode,
  FEATURES,
  type IncomingCall,
  type InitializeParams,
  type InitializeResult,
  lifecycle,
  Peer,
  PROTOCOL_RANGE,
  RpcError,
} from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import type { Launcher, LaunchSpec, ProcessExit, WorkerProcess } from "./launcher.js";
import type { ProcessUsage } from "./process-usage.js";

/** How a fake worker behaves. What is left out it does as a good worker does. */
export interface FakeWorkerOptions {
  readonly handlers?: Readonly<Record<string, (params: unknown, call: IncomingCall) => unknown>>;
  /** Answers `initialize`; what it throws is the answer. */
  readonly initialize?: (offer: InitializeParams, good: InitializeResult) => unknown;
  /** Answers `initialized`. */
  readonly setup?: () => unknown;
  readonly health?: () => unknown;
  /** Default: exits with code 0 once its handlers are done. */
  readonly shutdown?: (worker: FakeProcess) => unknown;
  /** Default: dies of it. */
  readonly onSignal?: (signal: NodeJS.Signals, worker: FakeProcess) => void;
  /** What it is measured to take. Default: it cannot be measured. */
  readonly usage?: () => ProcessUsage | undefined;
  /** `false`: it never reads or writes. */
  readonly serves?: boolean;
}

/** A process that is none: the worker's side of it, in the hands of a test. */
export interface FakeProcess {
  readonly pid: number;
  readonly spec: LaunchSpec;
  /** The worker's end of the channel, over the real framing. */
  readonly peer: Peer;
  /** The worker's own streams: what it reads from, and writes to. */
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  /** What it was sent. */
  readonly signals: readonly NodeJS.Signals[];
  readonly isAlive: boolean;
  exit(code: number): void;
  die(signal: NodeJS.Signals): void;
}

export interface FakeLauncher extends Launcher {
  /** All processes launched, oldest first. */
  readonly processes: readonly FakeProcess[];
  /** Those not ended yet: more than one would be a defect. */
  alive(): readonly FakeProcess[];
  /** The process launched last. @throws Error when there is none */
  readonly latest: FakeProcess;
}

/**
 * A launcher without processes: workers run in this one, over in-memory streams and the real framing.
 * @param behaviour how the worker behaves, or a function that tells for each launch, counted from 1; what it throws is a
 * launch that failed
 */
export function fakeLauncher(
  contract: Contract,
  behaviour: FakeWorkerOptions | ((launch: number) => FakeWorkerOptions | Promise<FakeWorkerOptions>) = {},
): FakeLauncher {
  const processes: FakeProcess[] = [];
  let launches = 0;
  const start = (options: FakeWorkerOptions, spec: LaunchSpec): WorkerProcess => {
    const { process, shown } = createFake(contract, options, spec, 1000 + launches);
    processes.push(shown);
    return process;
  };
  return {
    name: "fake",
    processes,
    alive: () => processes.filter(({ isAlive }) => isAlive),
    get latest() {
      const latest = processes.at(-1);
      if (latest === undefined) throw new Error("nothing was launched yet");
      return latest;
    },
    launch(spec) {
      launches++;
      if (typeof behaviour !== "function") return start(behaviour, spec);
      const options = behaviour(launches);
      return options instanceof Promise ? options.then((later) => start(later, spec)) : start(options, spec);
    },
  };
}

function createFake(contract: Contract, options: FakeWorkerOptions, spec: LaunchSpec, pid: number) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  for (const stream of [stdin, stdout, stderr]) stream.on("error", () => {});
  const signals: NodeJS.Signals[] = [];
  const listeners: ((exit: ProcessExit) => void)[] = [];
  let exited: ProcessExit | undefined;

  const end = (exit: ProcessExit): void => {
    if (exited !== undefined) return;
    exited = exit;
    peer.close((method) => new RpcError(ErrorCode.SHUTTING_DOWN, `${method}: the fake worker ended`));
    stdin.destroy();
    stdout.end();
    stderr.end();
    for (const listener of listeners) listener(exit);
  };
  const good: InitializeResult = {
    protocol: PROTOCOL_RANGE.max,
    contract: { name: contract.name, version: contract.version },
    features: [...FEATURES],
    methods: Object.keys(contract.hostToWorker),
    declarations: {},
  };
  const own: NonNullable<FakeWorkerOptions["handlers"]> = {
    initialize: (offer) => {
      // What the host does of it is told by the fake's answer.
      peer.agree(FEATURES, (offer as InitializeParams).limits.deadlineMs);
      return options.initialize === undefined ? good : options.initialize(offer as InitializeParams, good);
    },
    initialized: () => options.setup?.() ?? null,
    health: () => options.health?.() ?? { status: "ok" },
    shutdown() {
      if (options.shutdown !== undefined) return options.shutdown(shown);
      setImmediate(() => void peer.drain().then(() => end({ code: 0, signal: null })));
      return null;
    },
  };
  const peer = new Peer({
    transport: stdioTransport(stdin, stdout),
    outgoing: { ...contract.workerToHost, ...lifecycle.workerToHost },
    serving: {
      methods: { ...contract.hostToWorker, ...lifecycle.hostToWorker },
      handlerErrorCode: ErrorCode.WORKER_ERROR,
      handle: (call) => (own[call.method] ?? options.handlers?.[call.method])?.(call.params, call),
    },
    onClosed: () => {},
  });
  if (options.serves !== false) peer.start();

  const shown: FakeProcess = {
    ...{ pid, spec, peer, stdin, stdout, stderr, signals },
    get isAlive() {
      return exited === undefined;
    },
    exit: (code) => end({ code, signal: null }),
    die: (signal) => end({ code: null, signal }),
  };
  const process: WorkerProcess = {
    ...{ pid, stdin, stdout, stderr },
    ...(options.usage !== undefined && { usage: async () => options.usage?.() }),
    kill(signal) {
      signals.push(signal);
      if (exited !== undefined) return;
      if (signal === "SIGKILL" || options.onSignal === undefined) end({ code: null, signal });
      else options.onSignal(signal, shown);
    },
    onExit(listener) {
      if (exited === undefined) listeners.push(listener);
      else queueMicrotask(() => listener(exited as ProcessExit));
    },
  };
  return { process, shown };
}
