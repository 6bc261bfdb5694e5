import type { MethodMap } from "../src/contract.js";
import type { IncomingCall } from "../src/incoming-call.js";
import {
  ErrorCode,
  jsonCodec,
  linkedTransports,
  Peer,
  type PeerOptions,
  type PeerReport,
  RpcError,
  type Transport,
} from "../src/index.js";
import type { LinkedTransportOptions } from "../src/linked-transports.js";

type Handle = (params: never, call: IncomingCall) => unknown;

interface EndOptions extends Partial<Omit<PeerOptions, "transport">> {
  readonly handlers?: Readonly<Record<string, Handle>>;
}

export interface TestPeer extends Peer {
  readonly reports: PeerReport[];
}

export function testPeer(transport: Transport, options: EndOptions = {}): TestPeer {
  const { handlers = {}, ...rest } = options;
  const reports: PeerReport[] = [];
  const peer = new Peer({
    transport,
    outgoing: {},
    serving: {
      methods: {},
      handlerErrorCode: ErrorCode.WORKER_ERROR,
      handle: (call) => (handlers[call.method] as Handle)(call.params as never, call),
    },
    onReport: (report) => reports.push(report),
    ...rest,
  });
  peer.start();
  return Object.assign(peer, { reports });
}

/** Serves `methods` with `handlers`. */
export function serving(methods: MethodMap, handlers: Readonly<Record<string, Handle>>): EndOptions {
  return {
    handlers,
    serving: {
      methods,
      handlerErrorCode: ErrorCode.WORKER_ERROR,
      handle: (call) => (handlers[call.method] as Handle)(call.params as never, call),
    },
  };
}

/** A host that may call `methods`, and a worker that serves them, over the real framing. */
export function peerPair(
  methods: MethodMap,
  handlers: Readonly<Record<string, Handle>>,
  options: { link?: LinkedTransportOptions; host?: EndOptions; worker?: EndOptions } = {},
) {
  const [left, right] = linkedTransports(options.link);
  const worker = testPeer(right, { ...serving(methods, handlers), ...options.worker });
  const host = testPeer(left, { outgoing: methods, ...options.host });
  return { host, worker };
}

type Json = Record<string, unknown>;

/** The other end of a channel, by hand. */
export interface Wire {
  /** Sends a message; a string as it is. */
  send(message: Json | string): void;
  /** The next line that arrives, decoded. */
  next(): Promise<Json>;
  /** Lines that arrived and were not taken. */
  readonly waiting: readonly Json[];
  readonly transport: Transport;
  readonly closed: Promise<Error | undefined>;
}

export function wire(transport: Transport): Wire {
  const waiting: Json[] = [];
  const takers: ((message: Json) => void)[] = [];
  const closed = new Promise<Error | undefined>((resolve) => {
    transport.start({
      message(line) {
        const message = jsonCodec.decode(line) as Json;
        const taker = takers.shift();
        if (taker === undefined) waiting.push(message);
        else taker(message);
      },
      batch: (tell) => tell(),
      closed: resolve,
    });
  });
  return {
    send: (message) => void transport.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: () => {
      const first = waiting.shift();
      return first === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(first);
    },
    waiting,
    transport,
    closed,
  };
}

/** A peer whose other end is the test. */
export function peerOnWire(options: EndOptions, link?: LinkedTransportOptions) {
  const [left, right] = linkedTransports(link);
  const peer = testPeer(left, options);
  return { peer, wire: wire(right) };
}

/** A transport that keeps what is sent through it in `lines`. */
export function overheard(transport: Transport, lines: string[]): Transport {
  return {
    ...transport,
    send(line, urgent, attachments) {
      lines.push(line);
      return transport.send(line, urgent, attachments);
    },
  };
}

/** Both ends know what the other can do, and that it knows. */
export function agree(ends: readonly Peer[], features: readonly string[]): void {
  for (const end of ends) {
    end.agree(features);
    end.sendAgreed();
  }
}

export const gone = (method: string, mayHaveRun: boolean): RpcError =>
  new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: gone`, { data: { mayHaveRun } });

/** Lets everything queued on linked transports arrive. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise and its end. */
export function later<T = void>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((yes) => {
    resolve = yes;
  });
  return { promise, resolve };
}
