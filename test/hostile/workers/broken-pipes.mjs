// Pipes closed, blocked or held open; signals ignored; children left behind.
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { finished, mode, raw, repeat, send, write } from "./raw-handshake.mjs";

const forever = () => setInterval(() => {}, 60_000);
const child = (options) =>
  spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)"], {
    stdio: "inherit",
    ...options,
  });
const stderr = async (text, bytes) => {
  const piece = text.repeat(Math.max(1, Math.floor(65_536 / text.length)));
  for (let sent = 0; sent < bytes; sent += piece.length) {
    if (!process.stderr.write(piece)) await new Promise((resolve) => process.stderr.once("drain", resolve));
    await new Promise(setImmediate);
  }
  await finished(bytes);
};

const modes = {
  "closes stdin": () => {
    forever();
    process.stdin.destroy();
    closeSync(0);
  },
  "closes stdout": () => {
    forever();
    closeSync(1);
  },
  "closes stderr": async () => {
    closeSync(2);
    await finished();
  },
  "closes all three": () => {
    forever();
    for (const fd of [0, 1, 2]) closeSync(fd);
  },
  "stops reading": () => {
    process.stdin.pause();
    return finished();
  },
  "stops itself with SIGSTOP": () => process.kill(process.pid, "SIGSTOP"),
  hangs: () => {
    for (;;);
  },
  "ignores SIGTERM and shutdown": () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
    forever();
    return finished();
  },
  "answers shutdown and stays": () => {
    forever();
    return finished();
  },
  "leaves children that hold the pipes, and exits": () => {
    for (let count = 0; count < 3; count++) child();
    setTimeout(() => process.exit(3), 50);
  },
  "leaves grandchildren that hold the pipes, and exits": () => {
    const nested = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "inherit" }); setInterval(() => {}, 1e6)`;
    spawn(process.execPath, ["-e", nested], { stdio: "inherit" });
    setTimeout(() => process.exit(3), 200);
  },
  "leaves a child in a session of its own that holds the pipes, and exits": () => {
    const { pid } = child({ detached: true });
    process.stderr.write(`left ${pid}\n`);
    setTimeout(() => process.exit(3), 50);
  },
  "leaves a child that floods its stdout, and exits": () => {
    spawn(process.execPath, ["-e", "for (;;) require('node:fs').writeSync(1, 'x\\n'.repeat(1000))"], {
      stdio: "inherit",
    });
    setTimeout(() => process.exit(3), 200);
  },
  aborts: () => process.abort(),
  "kills itself with bytes half sent": async () => {
    await write('{"jsonrpc":"2.0","method":"no');
    process.kill(process.pid, "SIGKILL");
  },
  "exits with megabytes unread": async () => {
    for (let count = 0; count < 100; count++) process.stdout.write(`${"x".repeat(10_000)}\n`);
    process.exit(0);
  },
  "writes 100 MB to stderr": () => stderr("a line of some length, as programs write them\n", 100e6),
  "writes 100 MB to stderr without a newline": () => stderr("x".repeat(65_536), 100e6),
  "has another process write short lines to stderr without a pause": () => {
    const yes = spawn("yes", ["a"], { stdio: ["ignore", 2, "ignore"] });
    setTimeout(() => yes.kill(), 2_000);
    yes.on("exit", () => finished());
  },
  "writes short lines to stderr": (scale) => stderr("x\n", scale * 2),
  "writes short lines to both": async (scale) => {
    await Promise.all([stderr("x\n", scale), repeat("y\n", scale / 2)]);
  },
  "writes NUL bytes and halves of characters to stderr": () => stderr("\0\ufffd\u{1f600}\n\r\n", 1e6),
  "exits in the middle of calls": () => process.exit(1),
  "never answers": () => finished(),
  "opens very many channels": async (scale, { meta }) => {
    const invocation = { invocationId: meta.invocation.id };
    for (let n = 0; n < scale; n++) {
      const method = n % 3 === 2 ? "channels.close" : n % 3 === 1 ? "channels.emit" : "channels.open";
      await send({ method, params: { channel: `channel-${n - (n % 3 === 2 ? 2 : 0)}`, data: n }, meta: invocation });
      if (n % 100 === 0) await new Promise(setImmediate);
    }
    await finished(scale);
  },
  "opens channels with names of 10 kB, and in scopes nobody lent": async (_, { meta }) => {
    for (let n = 0; n < 2_000; n++) {
      const invocationId = n % 2 === 0 ? meta.invocation.id : `${meta.invocation.id}${n}`;
      await send({ method: "channels.open", params: { channel: `${n}`.padEnd(10_000, "c") }, meta: { invocationId } });
    }
    await finished();
  },
};

const silent = { echo: () => {}, list: () => {} };
const handlers = {
  "never answers": silent,
  "ignores SIGTERM and shutdown": { shutdown: () => {} },
  "answers shutdown and stays": { shutdown: ({ id }) => send({ id, result: null }) },
};
raw(mode(modes), handlers[process.argv[2]]);
if (process.argv[2] === "ignores SIGTERM and shutdown") process.stdin.on("end", () => {});
