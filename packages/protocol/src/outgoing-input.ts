import { featureMissing } from "./call-errors.js";
import { heard } from "./call-timeouts.js";
import { inputOf, type Method } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import { type InputSender, sendInput } from "./input-sender.js";
import type { OutgoingCall, OutgoingCallsContext, PeerCallOptions } from "./outgoing-call.js";
import { excerpt } from "./peer-report.js";
import { isIterable } from "./stream-producer.js";
import { kindOf } from "./value-kind.js";

/** Why a call cannot go to this end, with this input or without any; `undefined` when it can. */
export function wrongInput(
  definition: Method,
  method: string,
  source: unknown,
  { has }: Pick<OutgoingCallsContext, "has">,
): RpcError | undefined {
  if (definition.kind === "stream" && !has("stream")) return featureMissing(method, "stream");
  if (source === undefined && inputOf(definition) === undefined) return undefined;
  if (inputOf(definition) === undefined) {
    return new RpcError(ErrorCode.INVALID_PARAMS, `${method} takes no input; leave it out of the call's options`);
  }
  if (!isReadable(source)) {
    const message = `${method} takes input: expected an AsyncIterable or Iterable in the call's options, got ${kindOf(source)}`;
    return new RpcError(ErrorCode.INVALID_PARAMS, message);
  }
  if (has("input")) return undefined;
  return featureMissing(method, "input");
}

function isReadable(source: unknown): boolean {
  try {
    return isIterable(source);
  } catch {
    return false;
  }
}

/** Begins to send the input of a call that was sent. */
export function startInput(
  { clock, send, sendItem }: OutgoingCallsContext,
  call: OutgoingCall,
  source: NonNullable<PeerCallOptions["input"]>,
): InputSender {
  const { id } = call;
  const tell = (params: unknown) => send({ jsonrpc: "2.0", method: "$/input/end", params }, true);
  return sendInput(
    source,
    (item) => {
      // While its input flows, a call is not idle.
      heard(call, clock);
      return sendItem("$/input/item", id, item);
    },
    (error) => {
      if (error === undefined) tell({ id });
      // Data that is no JSON must not keep the handler waiting.
      else if (tell({ id, error }) !== undefined)
        tell({ id, error: { code: error.code, message: excerpt(error.message) } });
    },
  );
}
