import { ErrorCode, type RpcError } from "./errors.js";
import type { MessageWriter } from "./message-writer.js";
import type { Id, Message } from "./messages.js";
import type { Transport } from "./transport.js";

/** What carries items: of the stream that answers a call, and of the input that goes with one. */
type ItemMethod = "$/stream/item" | "$/input/item";

/** Sends one item of a call; returns its size in bytes, or waits until it can. Rejects when it cannot be sent at all. */
export type SendItemOf = (method: ItemMethod, id: Id, item: unknown) => number | Promise<number>;

/** So much of all calls together leaves in one turn of the event loop: a reader may open many streams, and grant without end. */
const ITEMS_A_TURN = 256;
const BYTES_A_TURN = 4 * 1024 * 1024;

/** Items wait where a window's bytes are unsent, and for the next turn once this one had its share. */
export function createItemSender(
  transport: Transport,
  writer: MessageWriter,
  streamBytes: number,
  send: (message: Message) => RpcError | undefined,
  nextTurn: () => Promise<void>,
): SendItemOf {
  let itemsInTurn = 0;
  let bytesInTurn = 0;
  let turn: Promise<void> | undefined;
  const beginTurn = (): void => {
    itemsInTurn = bytesInTurn = 0;
    turn = undefined;
  };
  const sendItem: SendItemOf = (method, id, item) => {
    if (itemsInTurn >= ITEMS_A_TURN || bytesInTurn >= BYTES_A_TURN) {
      turn ??= nextTurn().then(beginTurn);
      return turn.then(() => sendItem(method, id, item));
    }
    const refused = send({ jsonrpc: "2.0", method, params: { id, item } });
    if (refused === undefined) {
      const bytes = writer.lineBytes();
      itemsInTurn++;
      bytesInTurn += bytes;
      return transport.unsentBytes() <= streamBytes ? bytes : transport.flush().then(() => bytes);
    }
    if (refused.code !== ErrorCode.OVERLOADED || transport.unsentBytes() === 0) throw refused;
    return transport.flush().then(() => sendItem(method, id, item));
  };
  return sendItem;
}
