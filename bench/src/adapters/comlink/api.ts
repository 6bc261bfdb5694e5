import { type Document, review } from "../../work.js";
import { drive, emit } from "../../worker-work.js";

export const workerApi = {
  add: (a: number, b: number) => a + b,
  review: (document: Document) => review(document),
  text: (text: string) => text,
  bytes: (bytes: Uint8Array) => bytes,
  drive: (chains: number, calls: number, increment: (n: number) => Promise<number>) => drive(chains, calls, increment),
  emit: (count: number, event: (seq: number) => Promise<void>) => emit(count, (seq) => void event(seq)),
};
