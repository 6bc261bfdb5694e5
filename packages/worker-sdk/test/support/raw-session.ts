import {
  type Clock,
  type Codec,
  ErrorCode,
  FEATURES,
  type Handlers,
  type HostToWorker,
  type IncomingCall,
  type InitializeResult,
  type LogParams,
  lifecycle,
  linkedTransports,
  Peer,
  PROTOCOL_RANGE,
} from "@outrigger/protocol";
import { definePlugin } from "../../src/define-plugin.js";
import type { PluginOptions, WorkerContext } from "../../src/plugin-context.js";
import { createSession, type WorkerLimits } from "../../src/session.js";
import { plain } from "../contracts/plain.js";

export type PlainHandlers = Handlers<HostToWorker<typeof plain>, WorkerContext<typeof plain>>;

export interface RawSessionOptions extends PluginOptions<typeof plain> {
  /** What the host answers. */
  readonly answer?: (call: IncomingCall) => unknown;
  readonly clock?: Clock;
  readonly limits?: WorkerLimits;
  /** Of the worker. */
  readonly codec?: Codec;
}

/** Names every object has by inheritance; a hostile host may call them. */
const { run } = plain.hostToWorker;
const inherited = { constructor: run, toString: run, hasOwnProperty: run, ["__proto__"]: run };

/** A plugin's session in memory, and the bare peer of a host that keeps no order of its own. */
export function rawSession(handlers: PlainHandlers, options: RawSessionOptions = {}) {
  const { answer, clock, limits, codec, ...pluginOptions } = options;
  const plugin = definePlugin(plain, handlers, pluginOptions);
  const [hostEnd, workerEnd] = linkedTransports();
  const calls: IncomingCall[] = [];
  const logs: (LogParams & { readonly invocationId?: string | undefined })[] = [];
  let stderr = "";
  const ended = new Promise<number>((resolve) => {
    const onStderr = (text: string): void => {
      stderr += text;
    };
    createSession({ plugin, transport: workerEnd, stderr: onStderr, onEnded: resolve, clock, limits, codec });
  });
  const peer = new Peer({
    ...{ transport: hostEnd, clock },
    outgoing: { ...lifecycle.hostToWorker, ...plain.hostToWorker, ...inherited },
    serving: {
      methods: { ...lifecycle.workerToHost, ...plain.workerToHost },
      handlerErrorCode: ErrorCode.INTERNAL_ERROR,
      handle(call) {
        if (call.method === "$/log")
          return logs.push({ ...(call.params as LogParams), invocationId: call.meta?.invocationId });
        calls.push(call);
        return answer?.(call);
      },
    },
  });
  peer.start();
  const offer = {
    ...{ protocol: PROTOCOL_RANGE, contract: { name: plain.name, version: plain.version }, features: [...FEATURES] },
    ...{ limits: {}, workerId: "raw", capabilities: [] },
  };
  const onResult = (answer: unknown): void => peer.agree((answer as InitializeResult).features);
  return {
    ...{ peer, calls, logs, ended, offer },
    stderr: () => stderr,
    initialize: (overrides: object = {}) =>
      peer.request("initialize", { ...offer, ...overrides }, { onResult }) as Promise<InitializeResult>,
    /** Calls `run` in an invocation. */
    run: (params: unknown, id: string, timeoutMs?: number) =>
      peer.request("run", params, { meta: { invocation: { id, scope: { tenant: id } } }, timeoutMs }),
  };
}
