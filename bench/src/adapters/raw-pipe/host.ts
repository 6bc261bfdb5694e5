import type { Adapter } from "../../link.js";
import { endChild, spawnWorker } from "../../shared/child.js";

/** A pipe that echoes: no messages, no work in the worker. What the operating system alone costs. */
export const open: Adapter["open"] = () => ({
  async start() {
    const child = spawnWorker(import.meta.url);
    const waiting: { readonly size: number; readonly resolve: (bytes: Buffer) => void }[] = [];
    let chunks: Buffer[] = [];
    let held = 0;
    let head = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      held += chunk.length;
      for (let next = waiting[head]; next !== undefined && held >= next.size; next = waiting[++head]) {
        const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        next.resolve(all.subarray(0, next.size));
        held -= next.size;
        chunks = held === 0 ? [] : [all.subarray(next.size)];
      }
      if (head === waiting.length) head = waiting.length = 0;
    });
    const echo = (bytes: Uint8Array): Promise<Buffer> =>
      new Promise((resolve) => {
        waiting.push({ size: bytes.length, resolve });
        child.stdin.write(bytes);
      });
    return {
      add: async (a, b) =>
        (await echo(Buffer.from(`${a} ${b}\n`)))
          .toString()
          .split(" ")
          .reduce((sum, n) => sum + Number(n), 0),
      text: async (text) => (await echo(Buffer.from(text))).toString(),
      bytes: echo,
      stop: () => endChild(child),
    };
  },
});
