import type { Method } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import type { MessageMeta } from "../messages.js";
import { type CallOrigin, callOrigin } from "./call-origin.js";
import { checkCapability } from "./capabilities.js";
import type { Invocations } from "./invocations.js";
import type { AdmittedCall, PushChannels } from "./push-channels.js";
import { checkScope } from "./scope-check.js";

/** What the calls of one process are judged by. */
export interface CallGateSource {
  readonly capabilities: ReadonlySet<string>;
  readonly invocations: Invocations<unknown>;
  readonly channels: PushChannels;
  /** Monotonic time, ms. */
  readonly now: () => number;
  /** Whether the worker has answered `initialize` well. */
  isInitialized(): boolean;
}

/** What stands between the calls of one process and the host's handlers. The runtime's own `$/` methods pass. */
export interface CallGate {
  /** @throws RpcError NOT_INITIALIZED, CAPABILITY_DENIED, INVOCATION_SCOPE_DENIED */
  authorize(method: string, definition: Method, meta: MessageMeta | undefined): void;
  /** What an authorized call was made for; `undefined` when no handler is to run. @throws RpcError of push channels */
  admit(call: AdmittedCall): CallOrigin | undefined;
}

const NO_ORIGIN: CallOrigin = { invocation: "none", invocationId: undefined, scope: undefined };

/** Makes the gate of one process. */
export function createCallGate(source: CallGateSource): CallGate {
  /** What a scoped call was authorized for, until it is admitted: looked up once. */
  let judged: { readonly meta: MessageMeta | undefined; readonly origin: CallOrigin } | undefined;
  const originOf = (meta: MessageMeta | undefined): CallOrigin =>
    meta?.invocationId === undefined ? NO_ORIGIN : callOrigin(source.invocations, meta, source.now);
  return {
    authorize(method, definition, meta) {
      // Calls share a meta that reads the same: of one before nothing is taken over.
      judged = undefined;
      if (method.startsWith("$/")) return;
      if (!source.isInitialized()) {
        throw new RpcError(ErrorCode.NOT_INITIALIZED, `${method}: answer initialize first, then call the host`);
      }
      checkCapability(method, definition.capability, source.capabilities);
      if (definition.scoped === true) {
        judged = { meta, origin: originOf(meta) };
        checkScope(method, judged.origin);
      }
    },
    admit(call) {
      const { meta } = call;
      const origin = judged !== undefined && judged.meta === meta ? judged.origin : originOf(meta);
      judged = undefined;
      return source.channels.admit(call, origin.scope) ? origin : undefined;
    },
  };
}
