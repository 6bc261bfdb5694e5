import { type Document, review } from "../../work.js";
import { drive, emit } from "../../worker-work.js";

export interface HostFunctions {
  increment(n: number): number;
  event(seq: number): void;
  item(seq: number): void;
}

/** The host as a worker sees it. */
export interface RemoteHost {
  increment(n: number): Promise<number>;
  readonly event: { asEvent(seq: number): Promise<void> };
  readonly item: { asEvent(seq: number): Promise<void> };
}

export const workerFunctions = (host: () => RemoteHost) => ({
  add: (a: number, b: number) => a + b,
  review,
  text: (text: string) => text,
  bytes: (bytes: Uint8Array) => bytes,
  drive: (chains: number, calls: number) => drive(chains, calls, host().increment),
  emit: (count: number) => emit(count, (seq) => void host().event.asEvent(seq)),
  items: (count: number) => emit(count, (seq) => void host().item.asEvent(seq)),
});

export interface WorkerFunctions {
  add(a: number, b: number): number;
  review(document: Document): Document;
  text(text: string): string;
  bytes(bytes: Uint8Array): Uint8Array;
  drive(chains: number, calls: number): Promise<void>;
  emit(count: number): Promise<void>;
  items(count: number): Promise<void>;
}
