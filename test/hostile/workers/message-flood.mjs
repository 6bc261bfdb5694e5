// Very many small messages, as fast as the pipe takes them.
import { answersRead, finished, mode, raw, repeat, write } from "./raw-handshake.mjs";

const line = (message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
const flood = (text) => async (scale) => {
  await repeat(text, scale);
  await finished(scale);
};
/** Lines that differ, made in pieces. */
const each =
  (make, mayGoOn = () => true) =>
  async (scale) => {
    for (let done = 0; done < scale; done += 1_000) {
      await write(Array.from({ length: 1_000 }, (_, index) => make(done + index)).join(""));
      do await new Promise(setImmediate);
      while (!mayGoOn(done));
    }
    await finished(scale);
  };
/** Answers are longer than what they answer: a worker that goes on regardless is one that does not read. */
const isHeard = (asked) => asked - answersRead() < 5_000;

const answers = { feed: ({ id }) => (feed = id), echo: ({ id }) => (echo ??= id) };
let feed;
let echo;
const toFeed = (make) => async (scale) => {
  while (feed === undefined) await new Promise(setImmediate);
  await flood(make(feed))(scale);
};
const toEcho = (make) => async (scale) => {
  while (echo === undefined) await new Promise(setImmediate);
  await flood(make(echo))(scale);
};

const modes = {
  notifications: [flood(line({ method: "note", params: { n: 1 } }))],
  "notifications with wrong params": [flood(line({ method: "note", params: { n: "1" } }))],
  "notifications nobody knows": [flood(line({ method: "no-such-notification", params: {} }))],
  "empty lines": [flood("\n")],
  "lines of one character": [flood("x\n")],
  "NUL bytes": [flood("\0\0\0\0\0\0\0\n")],
  "replies to ids never asked": [each((n) => line({ id: 1e9 + n, result: n }))],
  "the same reply over and over": [toEcho((id) => line({ id, result: { n: 1 } })), { echo: answers.echo }],
  "requests, answers unread": [
    each((n) => line({ id: n, method: "ask", params: { n } })),
    {
      attack: () => {
        process.stdin.pause();
        setImmediate(() => modes["requests, answers unread"][0](scaleOf()));
      },
    },
  ],
  "requests, answers read": [each((n) => line({ id: n, method: "ask", params: { n } }))],
  "requests of a quarter of the cap, whose handlers take their time": [
    async () => {
      const text = "x".repeat(1024 * 1024);
      for (let id = 1; id <= 64; id++) await write(line({ id, method: "hold", params: { text } }));
      await finished(64);
    },
  ],
  "a thousand streams asked for with credit without end, and cancelled": [
    async () => {
      const credit = { items: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
      const ids = Array.from({ length: 1_000 }, (_, id) => id);
      const opened = ids.map((id) => line({ id, method: "count", params: {}, meta: { credit } }));
      await write(opened.join(""));
      setTimeout(async () => {
        await write(ids.map((id) => line({ method: "$/cancelRequest", params: { id } })).join(""));
        await finished(ids.length);
      }, 1_000);
    },
  ],
  "requests whose handlers take their time": [each((n) => line({ id: n, method: "slow", params: { n } }), isHeard)],
  "requests all with one id": [flood(line({ id: 1, method: "slow", params: { n: 1 } }))],
  "requests without a capability or scope": [each((n) => line({ id: n, method: "scoped", params: { n } }), isHeard)],
  "$/log": [flood(line({ method: "$/log", params: { level: "info", message: "again", meta: { a: 1 } } }))],
  "$/progress": [
    toEcho((id) => line({ method: "$/progress", params: { id, value: { n: 1 } } })),
    { echo: answers.echo },
  ],
  "$/progress of wrong types": [
    toEcho((id) => line({ method: "$/progress", params: { id, value: [[]] } })),
    { echo: answers.echo },
  ],
  "$/stream/item beyond the credit": [
    toFeed((id) => line({ method: "$/stream/item", params: { id, item: { n: 1 } } })),
    { feed: answers.feed },
  ],
  "$/stream/item of wrong types": [
    toFeed((id) => line({ method: "$/stream/item", params: { id, item: "x" } })),
    { feed: answers.feed },
  ],
  "$/stream/credit nobody asked for": [
    flood(line({ method: "$/stream/credit", params: { id: 1, items: 1e308, bytes: 1 } })),
  ],
  "$/ping": [each((n) => line({ id: n, method: "$/ping", params: {} }))],
  "$/cancelRequest": [each((n) => line({ method: "$/cancelRequest", params: { id: n % 64 } }))],
};
const scaleOf = () => Number(process.env.SCALE);

const [attack, handlers] = mode(modes);
raw(attack, handlers);
