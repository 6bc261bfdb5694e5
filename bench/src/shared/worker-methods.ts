import { type Document, review } from "../work.js";
import { drive, emit } from "../worker-work.js";

/** The host as a worker calls it. */
export interface HostCalls {
  increment?(n: number): PromiseLike<number>;
  event?(seq: number): unknown;
  item?(seq: number): unknown;
}

/** A worker's methods for peers that call by name with one object of params. */
export function workerMethods(host: HostCalls) {
  const { increment, event, item } = host;
  return {
    add: ({ a, b }: { a: number; b: number }) => ({ sum: a + b }),
    review: ({ document }: { document: Document }) => ({ document: review(document) }),
    text: ({ text }: { text: string }) => ({ text }),
    bytes: ({ bytes }: { bytes: Uint8Array }) => ({ bytes }),
    /** For peers without binary values: what their users do. */
    base64: ({ base64 }: { base64: string }) => ({ base64: Buffer.from(base64, "base64").toString("base64") }),
    ...(increment !== undefined && {
      drive: async ({ chains, calls }: { chains: number; calls: number }) => {
        await drive(chains, calls, increment);
        return { done: true };
      },
    }),
    ...(event !== undefined && {
      emit: async ({ count }: { count: number }) => {
        await emit(count, event);
        return { done: true };
      },
    }),
    ...(item !== undefined && {
      items: async ({ count }: { count: number }) => {
        await emit(count, item);
        return { done: true };
      },
    }),
  };
}
