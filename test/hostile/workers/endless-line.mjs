// Bytes without a newline, and messages around the largest size.
import { finished, honest, mode, mute, raw, readMessages, repeat, send, write } from "./raw-handshake.mjs";

const MB = 1 << 20;
const cap = Number(process.env.MESSAGE_BYTES);
const megabyte = "x".repeat(MB);

const modes = {
  "1 GB without a newline": () => {
    mute();
    return repeat(megabyte, 1024);
  },
  "a string that never ends": async () => {
    mute();
    await write('{"jsonrpc":"2.0","method":"note","params":{"n":"');
    await repeat(megabyte, 1024);
  },
  "a line sent byte by byte": async (scale) => {
    mute();
    const bytes = Math.min(cap - 1, scale);
    for (let sent = 0; sent < bytes; sent++) await write("x");
    await write("\n");
    await finished(bytes);
  },
  "lines of exactly the cap": async () => {
    // Between two of them calls are answered, so that they are served in the right order.
    for (let count = 0; count < 8; count++) {
      await write(`${"x".repeat(cap)}\n`);
      await new Promise(setImmediate);
    }
    await finished();
  },
  "one byte more than the cap": () => mute() ?? write(`${"x".repeat(cap + 1)}\n`),
  "results of the largest size, to every call": undefined,
  "a result larger than the cap": undefined,
};

const big = (bytes) => ({
  list: ({ id }) => {
    const head = `{"jsonrpc":"2.0","id":${id},"result":[{"n":1,"pad":"`;
    write(`${head}${"x".repeat(bytes - head.length - 4)}"}]}\n`);
  },
});

if (process.argv[2] === "before the handshake") {
  readMessages(() => repeat(megabyte, 1024));
} else if (process.argv[2] === "results of the largest size, to every call") raw(finished, big(cap));
else if (process.argv[2] === "a result larger than the cap") raw(() => {}, big(cap + 100));
else if (process.argv[2] === "an answer to initialize of 4 times the cap") {
  readMessages(({ id, params }) => {
    const declared = Array.from({ length: (cap * 4) / 256 }, (_, index) => ({
      name: `tool-${index}`,
      description: "d".repeat(240),
    }));
    send({ id, result: honest(params, { declarations: { echo: declared } }) });
  });
} else raw(mode(modes));
