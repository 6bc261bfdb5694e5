import { heard } from "./call-timeouts.js";
import { type InputSender, sendInput } from "./input-sender.js";
import type { OutgoingCall, OutgoingCallsContext, PeerCallOptions } from "./outgoing-call.js";
import { excerpt } from "./peer-report.js";
import type { SendItem } from "./stream-producer.js";

/** Sends the input of a call that was made: its items as its handler asks for them, and its end. */
export function startInput(
  context: OutgoingCallsContext,
  id: number,
  call: OutgoingCall,
  source: NonNullable<PeerCallOptions["input"]>,
): InputSender {
  const sendItem: SendItem = (item) => {
    heard(call, context.clock.now);
    return context.sendItem("$/input/item", id, item);
  };
  return sendInput(source, sendItem, (error) => {
    const end = (params: unknown) => context.send({ jsonrpc: "2.0", method: "$/input/end", params }, true);
    if (error === undefined) end({ id });
    // Data that is no JSON must not keep the handler waiting.
    else if (end({ id, error }) !== undefined)
      end({ id, error: { code: error.code, message: excerpt(error.message) } });
  });
}
