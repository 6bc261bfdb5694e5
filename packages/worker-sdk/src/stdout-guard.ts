import type { Writable } from "node:stream";

/**
 * Takes fd 1 for the protocol and returns the way to it. From then on `console.*` and `process.stdout.write` go to
 * stderr, which the host logs; so does what was imported earlier and holds the stream already. Cannot see what writes to
 * the descriptor itself: `fs.writeSync(1, …)`, native code, children started with an inherited stdout.
 */
export function claimStdout(): Writable {
  const stream = process.stdout;
  const write = stream.write;
  const end = stream.end;
  const { stderr } = process;

  // The transport's way, through the stream's own methods: a second stream on the same descriptor would race this one.
  const channel = Object.create(stream, {
    write: { value: (...args: Parameters<typeof write>) => write.apply(stream, args) },
    end: { value: (...args: Parameters<typeof end>) => end.apply(stream, args) },
    on: { value: (...args: Parameters<typeof stream.on>) => stream.on(...args) },
  }) as Writable;

  stream.write = stderr.write.bind(stderr) as typeof write;
  stream.end = ((chunk?: unknown, ...rest: unknown[]) => {
    // Ends nothing: only what was meant as the last text is written.
    if (typeof chunk === "string" || chunk instanceof Uint8Array) stderr.write(chunk);
    for (const callback of [chunk, ...rest]) if (typeof callback === "function") process.nextTick(callback);
    return stream;
  }) as typeof end;
  stream.destroy = () => stream;
  Object.defineProperty(process, "stdout", { configurable: true, enumerable: true, get: () => stderr });
  return channel;
}
