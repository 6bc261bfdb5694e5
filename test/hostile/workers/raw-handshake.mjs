// What every worker here needs to be let in: a reader of lines and an answer to `initialize`. No SDK, no package at all.
import { once } from "node:events";

/** Writes text or bytes, as fast as the pipe takes them. */
export async function write(bytes) {
  if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
}

export const send = (message) => write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

/** Writes `line` so many times, in pieces of about 64 KiB. */
export async function repeat(line, times) {
  const inPiece = Math.max(1, Math.floor(65_536 / line.length));
  const piece = line.repeat(inPiece);
  for (let left = times; left > 0; left -= inPiece) {
    await write(left >= inPiece ? piece : line.repeat(left));
    // The pipe blocks, so nothing else would ever get its turn.
    await new Promise(setImmediate);
  }
}

export const finished = (sent = 0) => send({ method: "finished", params: { sent } });

/** An honest answer to `initialize`. */
export const honest = (offer, over = {}) => ({
  protocol: 1,
  contract: offer.contract,
  features: ["cancel", "progress", "stream", "ping", "log"],
  methods: ["echo", "list", "feed", "attack"],
  ...over,
});

/** Reads stdin, and gives each message to `onMessage`. */
export function readMessages(onMessage) {
  let rest = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) onMessage(JSON.parse(line));
  });
  process.stdin.on("end", () => process.exit());
}

/** Says nothing of its own any more: no answer breaks into what the attack writes. */
let isMute = false;
export const mute = () => {
  isMute = true;
};

let answers = 0;
/** How many answers to requests of its own it has read. */
export const answersRead = () => answers;

/**
 * Becomes ready, answers what is asked rightly, and runs `attack(scale, message)` when told to. `handlers` take over single
 * methods.
 */
export function raw(attack, handlers = {}) {
  process.stdout.on("error", () => {});
  readMessages((message) => {
    const { id, method, params } = message;
    if (method === undefined) answers++;
    if (isMute) return;
    if (method !== undefined && Object.hasOwn(handlers, method)) handlers[method](message);
    else if (method === "initialize") send({ id, result: honest(params) });
    else if (method === "echo" || method === "list") send({ id, result: method === "list" ? [params] : params });
    else if (method === "attack")
      Promise.resolve(attack(params.scale, message)).catch((error) => process.stderr.write(`${error}\n`));
    else if (method === "shutdown")
      write(`${JSON.stringify({ jsonrpc: "2.0", id, result: null })}\n`).then(() => process.exit());
    else if (id !== undefined && method !== undefined) send({ id, result: {} });
  });
}

/** The attack named on the command line. */
export function mode(modes) {
  const name = process.argv[2];
  if (!Object.hasOwn(modes, name)) throw new Error(`no such mode: ${name}`);
  return modes[name];
}
