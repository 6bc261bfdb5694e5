import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { locateHang } from "./hang-locator.js";

const FACTS = { stalledMs: 1_000, cpu: 98, rssBytes: 7 };

const FACTS_TOLD = { stalledMs: 1_000, cpu: 98, memory: { rss: 7, heapUsed: 11 } };

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** Something that is no inspector, where one should be. */
async function serve(talk: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return `ws://127.0.0.1:${port}/c5b5ca36-9085-4c5b-b465-a7b40a2d6692`;
}
/** A WebSocket, whose `open` is called with the first message; what it is sent is not read. */
const webSocket = (open: (socket: Socket) => void) => (socket: Socket) => {
  socket.once("data", (request) => {
    const key = /^sec-websocket-key: (.*)$/im.exec(String(request))?.[1];
    const accept = createHash("sha1").update(`${key?.trim()}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
    socket.once("data", () => open(socket));
  });
};
function frameHead(length: number): Buffer {
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
const say = (socket: Socket, message: unknown): void => {
  const text = Buffer.from(JSON.stringify(message));
  socket.write(Buffer.concat([frameHead(text.length), text]));
};

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // It has ended.
    return "";
  }
};

const never = new AbortController().signal;

it("where nobody answers, the place is unknown", async () => {
  const url = await serve((socket) => socket.destroy());
  expect(await locateHang(url, FACTS, never)).toEqual({
    ...{ stalledMs: 1_000, cpu: 98, memory: { rss: 7 }, stack: [] },
    note: "the place is unknown: its inspector did not answer",
  });
});

it("what is no WebSocket is nothing", async () => {
  const url = await serve((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
  expect(await locateHang(url, FACTS, never)).toMatchObject({ note: expect.stringContaining("did not answer") });
});

it.runIf(process.platform === "linux")("the address is nowhere where other users could read it", async () => {
  const giveUp = new AbortController();
  const commands: string[] = [];
  const url = await serve(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const command = commandOf(pid);
      if (command.includes("new WebSocket")) commands.push(command);
    }
    giveUp.abort();
  });
  await locateHang(url, FACTS, giveUp.signal);
  expect(commands).toHaveLength(1);
  expect(commands[0]).not.toContain(url);
});

it("who never answers is given up when asked to", async () => {
  const giveUp = new AbortController();
  const url = await serve(() => giveUp.abort());
  expect(await locateHang(url, FACTS, giveUp.signal)).toMatchObject({
    note: expect.stringContaining("did not answer"),
  });
});

it("a place is taken from nobody without a look at it", async () => {
  const callFrames = [
    {
      functionName: "\u001b[31mred\n",
      url: "file:///dev/zero",
      location: { scriptId: "1", lineNumber: 2, columnNumber: 3 },
    },
    { functionName: "x".repeat(5_000), url: "y".repeat(5_000), location: { scriptId: "1", lineNumber: 4 } },
  ];
  const url = await serve(
    webSocket((socket) => {
      say(socket, { method: "Debugger.paused", params: { callFrames } });
      // Enabled, paused; then it is asked for its heap and to resume.
      for (const id of [1, 2, 3, 4]) say(socket, { id, result: { usedSize: 11 } });
    }),
  );
  const found = await locateHang(url, FACTS, never);
  expect(found).toMatchObject({
    ...FACTS_TOLD,
    ...{ functionName: "\u{fffd}[31mred\u{fffd}", file: "/dev/zero", line: 3, column: 4 },
  });
  expect(found.stack[1]?.functionName).toHaveLength(200);
});

it("what is no frame at all is no place", async () => {
  const url = await serve(
    webSocket((socket) => say(socket, { method: "Debugger.paused", params: { callFrames: "none" } })),
  );
  expect(await locateHang(url, FACTS, never)).toMatchObject({ note: expect.stringContaining("did not answer") });
});

it("who sends without end fills no memory: it is left before its time is over", { timeout: 9_000 }, async () => {
  const chunk = Buffer.alloc(1 << 20);
  const url = await serve(
    webSocket((socket) => {
      const flood = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.write(frameHead(2 ** 30));
      socket.on("drain", flood);
      flood();
    }),
  );
  expect(await locateHang(url, FACTS, never)).toMatchObject({ note: expect.stringContaining("did not answer") });
});
