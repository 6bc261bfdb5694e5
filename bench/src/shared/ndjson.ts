import type { Readable, Writable } from "node:stream";

/** Writes lines, all of one tick in one write. */
export function lineWriter(writable: Writable): (line: string) => void {
  let batch = "";
  const flush = (): void => {
    const text = batch;
    batch = "";
    writable.write(text);
  };
  return (line) => {
    if (batch === "") process.nextTick(flush);
    batch += `${line}\n`;
  };
}

/** Splits on 0x0A; an unfinished line is kept as a list of chunks. */
export function readLines(readable: Readable, onLine: (line: string) => void): void {
  let parts: Buffer[] = [];
  readable.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      if (parts.length === 0) onLine(chunk.toString("utf8", start, end));
      else {
        parts.push(chunk.subarray(start, end));
        const line = Buffer.concat(parts).toString("utf8");
        parts = [];
        onLine(line);
      }
      start = end + 1;
    }
    if (start < chunk.length) parts.push(start === 0 ? chunk : chunk.subarray(start));
  });
}
