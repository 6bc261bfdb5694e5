import type { Link } from "../link.js";
import type { Document } from "../work.js";

type Request = (method: string, params: unknown) => PromiseLike<unknown>;

/** The calls of a link for peers that call by name with one object of params. */
export function methodCalls(request: Request): Required<Pick<Link, "add" | "review" | "text">> {
  return {
    add: async (a, b) => ((await request("add", { a, b })) as { sum: number }).sum,
    review: async (document) => ((await request("review", { document })) as { document: Document }).document,
    text: async (text) => ((await request("text", { text })) as { text: string }).text,
  };
}

/** Bytes for peers that carry them as they are. */
export const nativeBytes = (request: Request) => async (bytes: Uint8Array) =>
  ((await request("bytes", { bytes })) as { bytes: Uint8Array }).bytes;

/** Bytes for peers that carry JSON: what their users do. */
export const base64Bytes = (request: Request) => async (bytes: Uint8Array) => {
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return Buffer.from(((await request("base64", { base64 })) as { base64: string }).base64, "base64");
};

export const driveCalls = (request: Request) => async (chains: number, calls: number) => {
  await request("drive", { chains, calls });
};

export const emitEvents = (request: Request) => async (count: number) => {
  await request("emit", { count });
};
