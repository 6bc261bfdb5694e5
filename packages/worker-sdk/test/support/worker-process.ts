import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import {
  type Contract,
  ErrorCode,
  FEATURES,
  type IncomingCall,
  type InitializeResult,
  type LogParams,
  lifecycle,
  Peer,
  PROTOCOL_RANGE,
} from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import { onTestFinished } from "vitest";
import { fixture } from "./fixture.js";

/** A worker in a process of its own, driven by the protocol's peer as a host drives it. */
export interface WorkerProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly peer: Peer;
  readonly logs: LogParams[];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  stderr(): string;
  initialize(overrides?: object): Promise<InitializeResult>;
}

export interface WorkerProcessOptions {
  /** What the host answers. */
  readonly handle?: (call: IncomingCall) => unknown;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly entry?: URL;
}

export function startWorker(name: string, contract: Contract, options: WorkerProcessOptions = {}): WorkerProcess {
  const entry = options.entry ?? fixture(name);
  const child = spawn(process.execPath, [...(options.execArgv ?? []), entry.pathname], {
    env: { PATH: process.env.PATH, OUTRIGGER_WORKER_ID: name, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const logs: LogParams[] = [];
  const peer = new Peer({
    transport: stdioTransport(child.stdout, child.stdin),
    outgoing: { ...lifecycle.hostToWorker, ...contract.hostToWorker },
    serving: {
      methods: { ...lifecycle.workerToHost, ...contract.workerToHost },
      handlerErrorCode: ErrorCode.INTERNAL_ERROR,
      handle: (call) => (call.method === "$/log" ? logs.push(call.params as LogParams) : options.handle?.(call)),
    },
  });
  peer.start();
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return {
    ...{ child, peer, logs, exited },
    stderr: () => stderr,
    initialize: (overrides = {}) => {
      const { name: contractName, version } = contract;
      const offer = { protocol: PROTOCOL_RANGE, contract: { name: contractName, version }, features: [...FEATURES] };
      const facts = { limits: {}, workerId: name, capabilities: [], ...overrides };
      const onResult = (answer: unknown): void => peer.agree((answer as InitializeResult).features);
      return peer.request("initialize", { ...offer, ...facts }, { onResult }) as Promise<InitializeResult>;
    },
  };
}
