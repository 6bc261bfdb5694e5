/** First in, first out, at one price for any length: `Array.shift` of a long list moves all that is left. */
export interface Fifo<Item> {
  push(item: Item): void;
  /** The oldest, which is in it no more; `undefined` when there is none. */
  shift(): Item | undefined;
  length(): number;
  clear(): void;
}

/** V8 shifts a list of so many without moving it, and with less to do than is done here. */
const SHORT = 1024;

export function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = [];
  let head = 0;
  return {
    push(item) {
      items.push(item);
    },
    shift() {
      if (items.length <= SHORT) return items.shift();
      const item = items[head];
      items[head++] = undefined;
      // As many are moved as were taken since, at most.
      if (2 * head >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    length: () => items.length - head,
    clear() {
      items = [];
      head = 0;
    },
  };
}
