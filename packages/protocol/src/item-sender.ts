import { ErrorCode, type RpcError } from "./errors.js";
import type { MessageWriter } from "./message-writer.js";
import type { Id, Message } from "./messages.js";
import type { PeerLimits } from "./peer-limits.js";
import type { Transport } from "./transport.js";

/** What carries items: of the stream that answers a call, and of the input that goes with one. */
type ItemMethod = "$/stream/item" | "$/input/item";

/** Sends one item of a call; returns its size in bytes, or waits until it can. Rejects when it cannot be sent at all. */
export type SendItemOf = (method: ItemMethod, id: Id, item: unknown) => number | Promise<number>;

/** So many items of all calls together leave in one turn of the event loop: a reader may open many streams, and grant without end. */
const ITEMS_A_TURN = 1024;

/** Items wait for the pipe once a window of them was sent: neither memory nor this turn of the event loop is theirs. */
export function createItemSender(
  transport: Transport,
  writer: MessageWriter,
  limits: PeerLimits,
  send: (message: Message) => RpcError | undefined,
  nextTurn: () => Promise<void>,
): SendItemOf {
  const { streamItems, streamBytes } = limits;
  let itemsInRow = 0;
  let itemsInTurn = 0;
  let turn: Promise<void> | undefined;
  const beginTurn = (): void => {
    itemsInTurn = 0;
    turn = undefined;
  };
  const sendItem: SendItemOf = (method, id, item) => {
    if (++itemsInTurn > ITEMS_A_TURN) {
      turn ??= nextTurn().then(beginTurn);
      return turn.then(() => sendItem(method, id, item));
    }
    const refused = send({ jsonrpc: "2.0", method, params: { id, item } });
    const { unsentBytes } = transport;
    if (refused === undefined) {
      const bytes = writer.lineBytes();
      if (unsentBytes <= streamBytes && ++itemsInRow < streamItems) return bytes;
      itemsInRow = 0;
      return transport.flush().then(() => bytes);
    }
    if (refused.code !== ErrorCode.OVERLOADED || unsentBytes === 0) throw refused;
    return transport.flush().then(() => sendItem(method, id, item));
  };
  return sendItem;
}
