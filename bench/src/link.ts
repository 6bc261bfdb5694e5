import type { Document } from "./work.js";

/** One started worker, as a workload sees it. A method that is left out is one the peer cannot do. */
export interface Link {
  add(a: number, b: number): Promise<number>;
  /** Sends a document; the worker answers with the next revision of it. */
  review?(document: Document): Promise<Document>;
  /** The worker answers with the text it got. */
  text?(text: string): Promise<string>;
  /** The worker answers with the bytes it got. */
  bytes?(bytes: Uint8Array): Promise<Uint8Array>;
  /** The worker calls `HostSide.increment` `calls` times in each of `chains` chains and checks every answer. */
  drive?(chains: number, calls: number): Promise<void>;
  /** The worker sends `count` events to `HostSide.event`. Resolves when the worker has sent them. */
  emit?(count: number): Promise<void>;
  /** The worker sends `count` items that belong to this call, in order. Resolves when all have arrived. */
  items?(count: number, onItem: (seq: number) => void): Promise<void>;
  stop(): Promise<void>;
}

/** What workers call in the host. */
export interface HostSide {
  increment(n: number): number;
  event(seq: number): void;
}

/** What a host process needs once, however many workers it starts. */
export interface Station {
  start(): Promise<Link>;
  close?(): Promise<void>;
}

/** What each `adapters/<peer>/host.ts` exports. */
export interface Adapter {
  open(host: HostSide): Station | Promise<Station>;
}
