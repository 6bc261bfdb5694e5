import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { endOf } from "../test/direct-transport.js";
import { gone, later, serving, testPeer } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { ErrorCode } from "./errors.js";
import { stdioTransport } from "./stdio-transport.js";
import type { TransportLimits } from "./transport.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  items: stream({ params: any, item: any }),
  note: notification({ params: any }),
};

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** A worker in a few lines: `line(text)` for each line it reads, `answer(text)` answers a request line. */
const prelude = `
  const answer = (text) => {
    const { id, params } = JSON.parse(text);
    process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result: params }) + "\\n");
  };
  let rest = "";
  const read = (line) => process.stdin.setEncoding("utf8").on("data", (chunk) => {
    const lines = (rest + chunk).split("\\n");
    rest = lines.pop();
    lines.forEach(line);
  });
`;

function child(script: string, limits?: TransportLimits) {
  const process_ = spawn(process.execPath, ["-e", prelude + script], { stdio: ["pipe", "pipe", "inherit"] });
  children.add(process_);
  const transport = stdioTransport(process_.stdout, process_.stdin, limits);
  const ends: (Error | undefined)[] = [];
  const ended = later<Error | undefined>();
  const seen: unknown[] = [];
  const first = later<unknown>();
  const peer = testPeer(transport, {
    ...serving(methods, {
      note: (params) => {
        seen.push(params);
        first.resolve(params);
      },
    }),
    outgoing: methods,
    onClosed: (error) => {
      ends.push(error);
      ended.resolve(error);
    },
  });
  return { child: process_, transport, peer, ends, ended: ended.promise, seen, first: first.promise };
}

test("calls go to a real process and back, in order, characters split by the pipe included", async () => {
  const { peer } = child("read(answer)");
  const texts = Array.from({ length: 300 }, (_, index) => `${index} é𝄞\u2028\u2029 ${"x".repeat(index * 37)}`);
  const calls = texts.map((text) => peer.request("call", text));
  expect(await Promise.all(calls)).toEqual(texts);
});

test("a message of many megabytes crosses the pipe both ways", async () => {
  const { peer } = child("read(answer)");
  const large = "é".repeat(4 * 1024 * 1024);
  expect(await peer.request("call", large)).toBe(large);
});

test("a worker that exits is the end of the channel, told once, and what it had written is read first", async () => {
  const {
    peer,
    ended,
    ends,
    child: process_,
  } = child(`read((line) => {
    for (let n = 0; n < 2000; n++) process.stdout.write('{"jsonrpc":"2.0","method":"note","params":' + n + '}\\n');
    answer(line);
    process.exitCode = 3;
    process.stdin.destroy();
  })`);
  const call = peer.request("call", "last");
  await ended;
  await expect(call).resolves.toBe("last");
  expect(peer.stats.received).toBe(2001);
  if (process_.exitCode === null) await once(process_, "close");
  expect(ends).toHaveLength(1);
});

test("answers in the pipe of a worker that is gone are not lost to a write that fails first", async () => {
  const { peer, child: process_, ended } = child(`read((line) => { answer(line); process.exit(0); })`);
  const call = peer.request("call", 1);
  await once(process_, "exit");
  // The process is gone and its input is broken before its output was read.
  for (let count = 0; count < 10; count++) peer.notify("note", "x".repeat(100_000));
  await expect(call).resolves.toBe(1);
  await ended;
});

test("a worker that closes its input and lives on is the end of the channel", async () => {
  const {
    peer,
    ended,
    first,
    child: process_,
  } = child(`
    require("node:fs").closeSync(0);
    process.stdout.write('{"jsonrpc":"2.0","method":"note","params":"closed"}\\n');
    setInterval(() => {}, 1000);
  `);
  await first;
  const call = peer.request("call", "x".repeat(1_000_000));
  const error = await ended;
  expect(error).toBeInstanceOf(Error);
  expect(process_.exitCode).toBeNull();
  peer.close(gone);
  await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
});

test("a worker that closes its output is the end of the channel", async () => {
  const { ended } = child(`require("node:fs").closeSync(1); setInterval(() => {}, 1000);`);
  await expect(ended).resolves.toBeUndefined();
});

test("a killed worker with bytes still queued for it ends the channel, not the host", async () => {
  const {
    peer,
    ended,
    ends,
    child: process_,
    first,
  } = child(`
    process.stdout.write('{"jsonrpc":"2.0","method":"note"}\\n');
    setInterval(() => {}, 1000);
  `);
  await first;
  const calls = Array.from({ length: 20 }, () => peer.request("call", "x".repeat(500_000)));
  expect(peer.load.unsentBytes).toBeGreaterThan(5_000_000);
  process_.kill("SIGKILL");
  await ended;
  peer.close(gone);
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  expect(ends).toHaveLength(1);
});

test("a worker that does not read bounds what waits for it, and calls past the bound fail at once", async () => {
  const { peer, first } = child(
    `process.stdout.write('{"jsonrpc":"2.0","method":"note"}\\n'); setInterval(() => {}, 1000);`,
    { unsentBytes: 1_000_000 },
  );
  await first;
  const outcomes: string[] = [];
  for (let count = 0; count < 100; count++) {
    peer.request("call", "x".repeat(50_000)).catch(({ codeName }) => outcomes.push(codeName));
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(outcomes.length).toBeGreaterThan(75);
  expect(new Set(outcomes)).toEqual(new Set(["OVERLOADED"]));
  expect(peer.load.unsentBytes).toBeLessThanOrEqual(1_000_000);
});

test("a line without an end is refused while it is read, long before it would fill memory", async () => {
  const before = process.memoryUsage().rss;
  const { ended, child: process_ } = child(
    `const mega = Buffer.alloc(1 << 20, "x"); (function more() { process.stdout.write(mega, more); })();`,
    { messageBytes: 2_000_000 },
  );
  await expect(ended).resolves.toMatchObject({ code: ErrorCode.MESSAGE_TOO_LARGE });
  // What it goes on writing is thrown away, so that it can be told to stop.
  process_.kill("SIGTERM");
  await once(process_, "close");
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});

test("a flood of messages leaves the event loop to the others", async () => {
  const { peer, first } = child(`
    const lines = Buffer.from('{"jsonrpc":"2.0","method":"note","params":1}\\n'.repeat(5000));
    (function more() { process.stdout.write(lines, more); })();
  `);
  await first;
  const turns: number[] = [];
  // A busy machine brings the flood in late, so the turns go on until enough of it has come.
  while (turns.length < 40 || peer.stats.received <= 10_000) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setImmediate(resolve));
    const { user, system } = process.cpuUsage(before);
    turns.push((user + system) / 1000);
  }
  turns.sort((a, b) => a - b);
  // 8 ms of a turn are this channel's. CPU time, because a busy machine stretches every turn.
  expect(turns[turns.length >> 1]).toBeLessThan(25);
});

test("text printed without a newline just before the end is still shown", async () => {
  const { peer, ended } = child(`process.stdout.write("panic: out of luck")`);
  await ended;
  expect(peer.reports).toMatchObject([{ kind: "invalid-message", line: "panic: out of luck" }]);
});

test.each([
  ["a request", "\x055 call 12"],
  ["a request with a deadline", "\x055:500 call 12"],
  ["a notification", "\x02 note 12"],
  ["an answer", "\x061 12"],
  ["an item", "\x1e2 12"],
  ["a full line, whole but for its newline", '{"jsonrpc":"2.0","id":1,"result":1234}'],
])("a line cut off by the end is no message, though it reads like one: %s", async (_, line) => {
  const input = new PassThrough();
  const handled = vi.fn();
  const over = later<void>();
  const peer = testPeer(stdioTransport(input, new PassThrough()), {
    ...serving(methods, { call: handled, note: handled }),
    outgoing: methods,
    onClosed: () => {
      peer.close(gone);
      over.resolve();
    },
  });
  const answer = peer.request("call", {});
  const items = peer.stream("items", {});
  input.end(`\x02 note 1\n${line}`);
  await over.promise;
  await expect(answer).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  await expect(items.next()).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  expect(handled.mock.calls.map(([params]) => params)).toEqual([1]);
  expect(peer.reports).toEqual([{ kind: "invalid-message", line, reason: "cut off before its newline" }]);
  expect(peer.stats.invalidMessages).toBe(1);
});

test("the end cuts off attachments, too, but no carriage return", async () => {
  for (const [text, rest] of [
    ["$bulk 1000\nabcdef", { start: "", bytes: 6 }],
    ["\r", undefined],
  ] as const) {
    const input = new PassThrough();
    const transport = stdioTransport(input, new PassThrough());
    transport.acceptAttachments();
    const end = endOf(transport);
    input.end(text);
    expect(await end).toEqual([undefined, rest]);
  }
});

test("last words are told where others hold the pipe open, too", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const end = endOf(stdioTransport(input, output));
  input.write("panic: out of luck");
  const error = new Error("EPIPE");
  output.destroy(error);
  expect(await end).toEqual([error, { start: "panic: out of luck", bytes: 18 }]);
});

test("whatever a receiver throws ends the channel", async () => {
  const input = new PassThrough();
  const transport = stdioTransport(input, new PassThrough());
  const seen: string[] = [];
  const closed = new Promise((resolve) => {
    transport.start({
      message(line) {
        seen.push(line);
        throw undefined;
      },
      batch: (tell) => tell(),
      closed: () => resolve("closed"),
    });
  });
  input.write("one\ntwo\n");
  expect(await closed).toBe("closed");
  expect(seen).toEqual(["one"]);
});

test("flush resolves when the operating system has everything; a drain flushes answers before the exit", async () => {
  const { peer, seen } = child(`read((line) => {
    process.stdout.write('{"jsonrpc":"2.0","method":"note","params":' + line.length + "}\\n");
  })`);
  for (let count = 0; count < 5; count++) peer.notify("note", "x".repeat(300_000));
  await peer.flush();
  expect(peer.load.unsentBytes).toBe(0);
  while (seen.length < 5) await new Promise((resolve) => setImmediate(resolve));
});

test("flush does not wait for an end that is gone", async () => {
  const { peer, ended } = child("");
  peer.notify("note", "x".repeat(1_000_000));
  await peer.flush();
  await ended;
  await peer.flush();
});

test("streams that were broken before the start are the end of the channel", async () => {
  for (const breakIt of [
    (input: PassThrough) => input.destroy(new Error("mine")),
    (input: PassThrough) => input.destroy(),
    (_: PassThrough, output: PassThrough) => output.destroy(new Error("mine")),
    (_: PassThrough, output: PassThrough) => output.end(),
  ]) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.on("error", () => {});
    output.on("error", () => {});
    breakIt(input, output);
    await new Promise((resolve) => setImmediate(resolve));
    const ended = later<Error | undefined>();
    testPeer(stdioTransport(input, output), { onClosed: ended.resolve });
    await ended.promise;
  }
});

test("errors of both streams, at once and repeated, are told once", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ends: unknown[] = [];
  const ended = later<Error | undefined>();
  testPeer(stdioTransport(input, output), {
    onClosed: (error) => {
      ends.push(error);
      ended.resolve(error);
    },
  });
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  input.emit("error", reset);
  input.destroy(new Error("again"));
  output.destroy(new Error("write EPIPE"));
  output.emit("error", new Error("again"));
  await expect(ended.promise).resolves.toBe(reset);
  expect(ends).toEqual([reset]);
});

test("writes of one tick are one write", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const writes: string[] = [];
  output.on("data", (chunk: Buffer) => writes.push(chunk.toString()));
  const peer = testPeer(stdioTransport(input, output), { outgoing: methods });
  for (let count = 0; count < 100; count++) peer.notify("note", count);
  await peer.flush();
  expect(writes.join("").split("\n")).toHaveLength(101);
  expect(writes.length).toBeLessThanOrEqual(2);
});

/** A writable that takes everything at once. */
function writing(writes: string[]): Writable {
  return new Writable({ write: (chunk, _encoding, callback) => callback(void writes.push(String(chunk))) });
}

test("what is answered while it is read goes out when the read is over, in one write, and waits for no tick", async () => {
  const [input, writes] = [new PassThrough(), [] as string[]];
  testPeer(stdioTransport(input, writing(writes)), serving(methods, { call: (params) => params, note: () => {} }));
  const calls = [1, 2, 3].map((id) => `{"jsonrpc":"2.0","id":${id},"method":"call","params":"${id}"}\n`);
  input.emit("data", Buffer.from(calls.join("")));
  expect(writes).toEqual([[1, 2, 3].map((id) => `{"jsonrpc":"2.0","id":${id},"result":"${id}"}\n`).join("")]);
  input.emit("data", Buffer.from('{"jsonrpc":"2.0","method":"note","params":1}\n'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toHaveLength(1);
});

test.each([
  ["an input that ends", (input: PassThrough, call: string) => input.end(call)],
  [
    "a line over the cap behind it",
    (input: PassThrough, call: string) => input.emit("data", Buffer.from(`${call}${"x".repeat(300)}`)),
  ],
])("what was answered is not lost to %s", async (_, give) => {
  const [input, writes, ended] = [new PassThrough(), [] as string[], later<unknown>()];
  testPeer(stdioTransport(input, writing(writes), { messageBytes: 200 }), {
    ...serving(methods, { call: (params) => params }),
    onClosed: ended.resolve,
  });
  give(input, '{"jsonrpc":"2.0","id":1,"method":"call","params":"answered"}\n');
  await ended.promise;
  expect(writes).toEqual(['{"jsonrpc":"2.0","id":1,"result":"answered"}\n']);
});

test("a close sends what was queued, ends the stream and stops nothing from being read to its end", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const peer = testPeer(stdioTransport(input, output), { outgoing: methods });
  peer.notify("note", 1);
  peer.close(gone);
  input.end("more\n".repeat(100_000));
  const [chunks] = await Promise.all([output.toArray(), once(input, "end")]);
  expect(Buffer.concat(chunks).toString()).toContain('"method":"note"');
});

test("an output that breaks, or just closes, ends the channel only after the input had its say", async () => {
  for (const error of [new Error("write EPIPE"), undefined]) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const ended = later<Error | undefined>();
    const peer = testPeer(stdioTransport(input, output), {
      ...serving(methods, { note: () => {} }),
      onClosed: ended.resolve,
    });
    output.destroy(error);
    await new Promise((resolve) => output.once("close", resolve));
    input.end('{"jsonrpc":"2.0","method":"note"}\n'.repeat(100));
    await expect(ended.promise).resolves.toBe(error);
    expect(peer.stats.received).toBe(100);
  }
});

test("an output that closes while the input stays open is the end of the channel", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ended = later<Error | undefined>();
  testPeer(stdioTransport(input, output), { onClosed: ended.resolve });
  output.destroy();
  await expect(ended.promise).resolves.toMatchObject({ message: "the other end closed its input" });
});

test("a flood that is cut off while it waits for its turn is still read to its end", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const peer = testPeer(
    stdioTransport(input, output),
    serving(methods, { note: () => queueMicrotask(() => peer.close(gone)) }),
  );
  const lines = '{"jsonrpc":"2.0","method":"note","params":[1,2,3]}\n'.repeat(100_000);
  for (let count = 0; count < 5; count++) input.write(lines);
  input.end();
  await once(input, "end");
  expect(peer.stats.received).toBeLessThan(100_000);
});

test("a flush ends with what was queued before it, whatever is sent meanwhile", async () => {
  const taken: (() => void)[] = [];
  const output = new Writable({ write: (_chunk, _encoding, done) => void taken.push(done) });
  const transport = stdioTransport(new PassThrough(), output);
  transport.start({ message: () => {}, batch: (tell) => tell(), closed: () => {} });
  let flushed = false;
  const send = async (line: string): Promise<void> => {
    transport.send(line);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await send("first");
  void transport.flush().then(() => {
    flushed = true;
  });
  // The pipe takes one batch for each that is sent, so it is never empty.
  for (let count = 0; count < 5; count++) {
    await send("more");
    taken.shift()?.();
  }
  await send("more");
  expect([flushed, transport.unsentBytes() > 0]).toEqual([true, true]);
  transport.close();
});

test("closing ends the output, also after the input ended by itself", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const transport = stdioTransport(input, output);
  const end = endOf(transport);
  input.end();
  await end;
  transport.close();
  transport.close();
  expect(output.writableEnded).toBe(true);
});
