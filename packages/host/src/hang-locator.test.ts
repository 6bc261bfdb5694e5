import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { NOT_IN_JAVASCRIPT } from "@outrigger/protocol";
import { afterEach, expect, it } from "vitest";
import { locateHang } from "./hang-locator.js";

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

/** Paused there, and enabled, paused, asked for its heap and to resume. */
const stand = (socket: Socket, callFrames: unknown): void => {
  say(socket, { method: "Debugger.paused", params: { callFrames } });
  for (const id of [1, 2, 3, 4]) say(socket, { id, result: { usedSize: 11 } });
};
const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // It has ended.
    return "";
  }
};

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number);

const never = new AbortController().signal;

it("where nobody answers, nothing is found", async () => {
  const url = await serve((socket) => socket.destroy());
  expect(await locateHang(url, never)).toBeUndefined();
});

it("what is no WebSocket is nothing", async () => {
  const url = await serve((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
  expect(await locateHang(url, never)).toBeUndefined();
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
  await locateHang(url, giveUp.signal);
  expect(commands).not.toEqual([]);
  expect(commands.join()).not.toContain(url);
});

it("who never answers is given up when asked to", async () => {
  const giveUp = new AbortController();
  const url = await serve(() => giveUp.abort());
  expect(await locateHang(url, giveUp.signal)).toBeUndefined();
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
      stand(socket, callFrames);
    }),
  );
  const found = await locateHang(url, never);
  expect(found).toMatchObject({
    heapUsed: 11,
    ...{ functionName: "\u{fffd}[31mred\u{fffd}", file: "/dev/zero", line: 3, column: 4 },
  });
  expect(found?.stack[1]?.functionName).toHaveLength(200);
});

it("who opens and never pauses is in native code", { timeout: 9_000 }, async () => {
  const url = await serve(webSocket(() => {}));
  expect(await locateHang(url, never)).toEqual({ stack: [], note: `${NOT_IN_JAVASCRIPT}, or stopped` });
});

it("what is no frame at all is no place", async () => {
  const url = await serve(
    webSocket((socket) => say(socket, { method: "Debugger.paused", params: { callFrames: "none" } })),
  );
  expect(await locateHang(url, never)).toBeUndefined();
});

it.runIf(process.platform === "linux")("a file without end, named as the place, is not read", async () => {
  const frame = { functionName: "spin", url: "file:///proc/self/pagemap", location: { scriptId: "1", lineNumber: 6 } };
  const url = await serve(webSocket((socket) => stand(socket, [frame])));
  expect(await locateHang(url, never)).toMatchObject({ functionName: "spin", file: "/proc/self/pagemap", line: 7 });
});

it("a message longer than any is passed over", async () => {
  const url = await serve(
    webSocket((socket) => {
      const text = Buffer.from("[".repeat(30 << 20));
      socket.write(Buffer.concat([frameHead(text.length), text]));
      stand(socket, [
        { functionName: "spin", url: "file:///app/plugin.js", location: { scriptId: "1", lineNumber: 6 } },
      ]);
    }),
  );
  expect(await locateHang(url, never)).toMatchObject({ functionName: "spin", file: "/app/plugin.js", line: 7 });
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
  expect(await locateHang(url, never)).toBeUndefined();
});

it("four are looked for at once, and who comes later in his turn", { timeout: 15_000 }, async () => {
  const giveUps = [1, 2, 3, 4, 5, 6].map(() => new AbortController());
  const connected: Socket[] = [];
  const waiting = new Map<number, () => void>();
  const connections = (count: number) => new Promise<void>((resolve) => waiting.set(count, resolve));
  const [four, five] = [connections(4), connections(5)];
  const url = await serve((socket) => waiting.get(connected.push(socket))?.());
  const searches = giveUps.map(({ signal }) => locateHang(url, signal));
  await four;
  // One that waits gives up its place.
  giveUps[4]?.abort();
  expect(await searches[4]).toBeUndefined();
  expect(connected).toHaveLength(4);
  giveUps[0]?.abort();
  await five;
  for (const giveUp of giveUps) giveUp.abort();
  await Promise.all(searches);
  expect(connected).toHaveLength(5);
});

it.runIf(process.platform === "linux")("a locator that was stopped is ended all the same", async () => {
  const giveUp = new AbortController();
  const stopped: number[] = [];
  const url = await serve(() => {
    for (const pid of childrenOf(process.pid)) {
      process.kill(pid, "SIGSTOP");
      stopped.push(pid);
    }
    giveUp.abort();
  });
  await locateHang(url, giveUp.signal);
  expect(stopped).not.toEqual([]);
  for (const pid of stopped) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
