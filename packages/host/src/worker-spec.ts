import type {
  Codec,
  Contract,
  HostLogger,
  InitializeParams,
  MethodMap,
  PeerLimits,
  TransportLimits,
} from "@outrigger/protocol";
import type { ChannelLimits, InvocationLimits } from "@outrigger/protocol/authority";
import type { CancelPolicy } from "./cancel-policy.js";
import type { Crowding } from "./crowding.js";
import type { MissingCapabilities } from "./host-options.js";
import type { HostRuntime } from "./host-runtime.js";
import type { UntypedHandlers } from "./host-serving.js";
import type { Launcher, LaunchSpec } from "./launcher.js";
import type { LivenessSettings } from "./liveness-state.js";
import type { LogLimits } from "./log-bridge.js";
import type { RestartQueue } from "./restart-queue.js";
import type { LifecycleSettings } from "./state-types.js";
import type { TapeFile } from "./tape-file.js";
import type { Turns } from "./turns.js";

/** Everything about one worker, options checked and defaults filled in: what its next process is made from. */
export interface WorkerSpec {
  readonly launcher: Launcher;
  readonly launch: LaunchSpec;
  readonly capabilities: ReadonlySet<string>;
  readonly missingCapabilities: MissingCapabilities;
  readonly manifest: unknown;
  readonly config: unknown;
  readonly lifecycle: LifecycleSettings;
  /** `false`: it is not watched for hangs. */
  readonly liveness: LivenessSettings | false;
  readonly cancel: CancelPolicy;
  readonly limits: WorkerLimits;
  /** Where its traffic is recorded. */
  readonly tape: TapeFile | undefined;
}

/** The bounds of one worker, resolved. */
export interface WorkerLimits {
  readonly peer: PeerLimits;
  readonly transport: TransportLimits;
  readonly invocations: InvocationLimits;
  readonly channels: ChannelLimits;
  /** Subscriptions to them. */
  readonly subscriptions: number;
  /** Of params held for a second sending. */
  readonly resendBytes: number;
  readonly log: LogLimits;
  readonly stderrTailCharacters: number;
  /** `undefined`: none. */
  readonly rssMb: number | undefined;
}

/** What all workers of a host have in common. */
export interface HostCore {
  readonly contract: Contract;
  /** host→worker, with the runtime's own methods. */
  readonly outgoing: MethodMap;
  /** worker→host, with the runtime's own methods. */
  readonly serving: MethodMap;
  readonly handlers: UntypedHandlers;
  readonly logger: HostLogger;
  readonly runtime: HostRuntime;
  readonly restarts: RestartQueue;
  readonly starts: Turns;
  readonly crowding: Crowding;
  readonly codec: Codec | undefined;
  readonly identity: InitializeParams["host"];
}
