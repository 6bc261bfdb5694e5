import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import type { Readable } from "node:stream";
import type { TransportInput } from "@outrigger/protocol/node";

const CHUNK_BYTES = 65_536;

/**
 * Takes fd 0 for the protocol and returns what reads it, each time into the same memory: a stream makes 64 KB for every
 * chunk, be it a line of a hundred bytes, and a call takes a twelfth longer. `process.stdin` says nothing from then on: who
 * read it would take the host's messages.
 */
export function claimStdin(): TransportInput {
  const socket = isPipe() ? openSocket() : undefined;
  if (socket === undefined) return process.stdin;
  let silent: Readable | undefined;
  Object.defineProperty(process, "stdin", {
    configurable: true,
    enumerable: true,
    get() {
      silent ??= silentUntilEnd(socket);
      return silent;
    },
  });
  return Object.assign(socket, { reusesMemory: true as const });
}

/** `undefined` where a plugin reads stdin already: Node lets one socket read a descriptor. */
function openSocket(): Socket | undefined {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  // Calls are often as long as the one before: the same part of the same memory.
  let chunk = buffer;
  const onread: OnReadOpts = {
    buffer,
    callback(bytes) {
      if (chunk.length !== bytes) chunk = buffer.subarray(0, bytes);
      socket.emit("data", chunk);
      return true;
    },
  };
  // The constructor takes it in every Node since 12; the types of Node 20 have it at `connect` only.
  const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
    fd: 0,
    readable: true,
    writable: false,
    onread,
  };
  let socket: Socket;
  try {
    socket = new Socket(options);
  } catch {
    return undefined;
  }
  return socket;
}

/** Ends with the host, for those who end with their stdin. */
function silentUntilEnd(socket: Socket): Readable {
  const { Readable } = process.getBuiltinModule("node:stream");
  const silent = new Readable({ read() {} });
  const end = (): void => void silent.push(null);
  if (socket.readableEnded || socket.destroyed) end();
  else socket.once("close", end);
  const itself = (): Readable => silent;
  return Object.assign(silent, { fd: 0, ref: itself, unref: itself });
}

/** What a socket can read. Elsewhere a pipe is read as Node reads it: never tried. */
function isPipe(): boolean {
  if (process.platform === "win32") return false;
  try {
    const stats = process.getBuiltinModule("node:fs").fstatSync(0);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
