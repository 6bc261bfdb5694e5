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
  let judged: { readonly meta: MessageMeta; readonly origin: CallOrigin } | undefined;
  /** Asked twice in a row for a scoped call, once to authorize it and once for its handler: looked up once. */
  const originOf = (meta: MessageMeta | undefined): CallOrigin => {
    if (meta?.invocationId === undefined) return NO_ORIGIN;
    if (judged?.meta !== meta) judged = { meta, origin: callOrigin(source.invocations, meta, source.now) };
    return judged.origin;
  };
  return {
    authorize(method, definition, meta) {
      // Calls share a meta that reads the same: of one before nothing is taken over.
      judged = undefined;
      if (method.startsWith("$/")) return;
      if (!source.isInitialized()) {
        throw new RpcError(ErrorCode.NOT_INITIALIZED, `${method}: answer initialize first, then call the host`);
      }
      checkCapability(method, definition.capability, source.capabilities);
      if (definition.scoped === true) checkScope(method, originOf(meta));
    },
    admit(call) {
      const origin = originOf(call.meta);
      judged = undefined;
      return source.channels.admit(call, origin.scope) ? origin : undefined;
    },
  };
}
