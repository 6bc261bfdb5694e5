import { PassThrough } from "node:stream";
import { type Codec, ErrorCode, type Message, type RequestMessage, type RpcError } from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import {
  checkTapeContract,
  createTapeEnd,
  createTapePlayer,
  handshakeOf,
  linkCalls,
  type PlayerOptions,
  type Reveal,
  scriptsByCall,
  type TapeHeader,
  type TapeIncarnation,
} from "@outrigger/protocol/tape";
import type { ProcessExit, WorkerProcess } from "./launcher.js";

/** How a process is played. */
export interface PlayOptions {
  /** Says what is sent in place of a payload in which something was redacted. Default: the mark. */
  readonly reveal?: Reveal | undefined;
  /** The host's, if it has one of its own. */
  readonly codec?: Codec | undefined;
}

/** What a played process is made of. */
interface TapeProcessOptions extends PlayOptions {
  readonly name: string;
  readonly header: TapeHeader;
  readonly incarnation: TapeIncarnation;
}

/** A process that is none: it says what the recorded one said. @throws RpcError INVALID_PARAMS when the tape has no handshake */
export function createTapeProcess({ name, header, incarnation, reveal, codec }: TapeProcessOptions): WorkerProcess {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  for (const stream of [stdin, stdout, stderr]) stream.on("error", () => {});
  const listeners: ((exit: ProcessExit) => void)[] = [];
  const handshake = handshakeOf(incarnation, name);
  const linked = linkCalls(incarnation.messages);
  const scripts = scriptsByCall(linked);
  const recorded = incarnation.exit;
  const isCrash = recorded !== undefined && recorded.reason !== "requested";
  const interrupted = scripts.filter((script) => {
    const call = script[0]?.call;
    return call !== undefined && call.response === undefined && !call.isCancelled;
  });
  let exited: ProcessExit | undefined;
  let isEnding = false;
  let shutdownId: unknown;

  const end = (exit: ProcessExit): void => {
    if (exited !== undefined) return;
    exited = exit;
    transport.close();
    stdin.destroy();
    stdout.end();
    stderr.end();
    for (const listener of listeners) listener(exit);
  };
  /** When what was said has left. */
  const endAsRecorded = (): void => {
    if (isEnding) return;
    isEnding = true;
    const { code = 0, signal = null } = recorded ?? {};
    void transport.flush().then(() => setImmediate(end, { code, signal: signal as NodeJS.Signals | null }));
  };

  const send = (message: Message): number => {
    if (exited !== undefined) return 0;
    const bytes = tapeEnd.send(message);
    if (shutdownId !== undefined && !("method" in message) && message.id === shutdownId) endAsRecorded();
    return bytes;
  };
  const options: PlayerOptions = { plays: "worker", scripts, send, reveal, takesOtherParams: false, onDifference() {} };
  const player = createTapePlayer(options);

  const refuse = ({ id, method }: RequestMessage): void => {
    const lines = linked.filter(
      ({ call, message }) => call?.method === method && "method" in message && "id" in message,
    );
    const has =
      lines.length === 0
        ? "none"
        : `those of lines ${lines
            .map(({ line }) => line)
            .slice(0, 12)
            .join(", ")}`;
    const text = `${method}: ${name} has no further call of it with these params, of this method it has ${has}; record it anew`;
    send({ jsonrpc: "2.0", id, error: { code: ErrorCode.METHOD_NOT_IMPLEMENTED, message: text } });
  };
  const initialize = ({ id, params }: RequestMessage): void => {
    const { contract } = params as { readonly contract: TapeHeader["contract"] };
    const { answer } = handshake;
    try {
      checkTapeContract(header, contract, name);
    } catch (error) {
      const { code, message, data } = error as RpcError;
      send({ jsonrpc: "2.0", id, error: { code, message, data } });
      return;
    }
    if (answer === undefined) endAsRecorded();
    else send({ ...answer, id });
  };

  const answer = (request: RequestMessage): void => {
    const { id, method } = request;
    if (method === "initialize") initialize(request);
    else if (Object.hasOwn(OF_ITSELF, method)) send({ jsonrpc: "2.0", id, result: OF_ITSELF[method] });
    else refuse(request);
  };

  const onMessage = (message: Message): void => {
    if (exited !== undefined) return;
    const request = "method" in message && "id" in message ? message : undefined;
    if (request?.method === "shutdown") shutdownId = request.id;
    if (!player.receive(message) && request !== undefined) answer(request);
    const { finished } = player;
    if (isCrash && (interrupted.length > 0 ? interrupted : scripts).every((script) => finished.has(script))) {
      endAsRecorded();
    }
  };

  const transport = stdioTransport(stdin, stdout);
  const tapeEnd = createTapeEnd(transport, codec, { onMessage, onClosed: () => end({ code: 0, signal: null }) });
  return {
    pid: PLAYED_PID + incarnation.number,
    ...{ stdin, stdout, stderr },
    kill: (signal) => end({ code: null, signal }),
    onExit(listener) {
      if (exited === undefined) listeners.push(listener);
      else queueMicrotask(() => listener(exited as ProcessExit));
    },
  };
}

/** Beyond what systems give: no process of this machine has it. */
const PLAYED_PID = 1_000_000_000;

/** What a worker answers of which no plugin says anything, and the tape neither. */
const OF_ITSELF: Readonly<Record<string, unknown>> = {
  "$/ping": {},
  health: { status: "ok" },
  initialized: null,
  shutdown: null,
};
