import { releasesMemory, type TransportOutput } from "@outrigger/protocol/node";

/**
 * Takes fd 1 for the protocol and returns the way to it. From then on what is written to `process.stdout` goes to stderr,
 * which the host logs: by `console.*`, by pipes and threads, and by whoever took hold of the stream earlier. It cannot see
 * who writes to the descriptor itself: `fs.writeSync(1, …)`, native code, children with an inherited stdout. Node cannot
 * move a descriptor (no `dup2`), so those lines reach the host, which logs a line that is no message.
 *
 * On POSIX writes to a pipe wait in this process and never block its loop; on Windows Node writes to pipes synchronously.
 */
export function claimStdout(): TransportOutput {
  const stream = process.stdout;
  const { stderr } = process;
  const write = stream.write;
  const end = stream.end;
  let awaitsDrain = false;

  // The transport's way, through the stream's own methods: a second stream on the same descriptor would race this one.
  const channel = Object.create(stream, {
    // On the path of every batch: arguments by name.
    write: {
      value: (chunk: string | Uint8Array, encoding?: BufferEncoding, callback?: (error?: Error | null) => void) =>
        write.call(stream, chunk, encoding, callback),
    },
    end: { value: (...args: Parameters<typeof end>) => end.apply(stream, args) },
    cork: { value: () => stream.cork() },
    uncork: { value: () => stream.uncork() },
    on: { value: (...args: Parameters<typeof stream.on>) => stream.on(...args) },
    // Who took hold of the stream earlier may keep what is written.
    releasesMemory: { value: releasesMemory(stream) },
  }) as TransportOutput;

  stream.write = ((...args: Parameters<typeof write>) => {
    const taken = stderr.write(...args);
    if (!taken && !awaitsDrain) {
      awaitsDrain = true;
      // Who pipes into stdout waits for a sign from stdout.
      stderr.once("drain", () => {
        awaitsDrain = false;
        stream.emit("drain");
      });
    }
    return taken;
  }) as typeof write;
  // Ends nothing, but who waits for the end is told: `pipeline` waits for `finish`.
  stream.end = ((...args: unknown[]) => {
    const [chunk] = args;
    const encoding = typeof args[1] === "string" ? (args[1] as BufferEncoding) : "utf8";
    const callbacks = args.filter((arg) => typeof arg === "function");
    const finish = (): void => {
      for (const callback of callbacks) callback();
      stream.emit("finish");
    };
    if (typeof chunk === "string") stderr.write(chunk, encoding, finish);
    else stderr.write(chunk instanceof Uint8Array ? chunk : "", finish);
    return stream;
  }) as typeof end;
  // But what broke it, in Node's own words, is told: nobody reads what this process answers.
  stream.destroy = (error) => {
    if (error !== undefined && error === stream.errored) stream.emit("error", error);
    return stream;
  };
  stream.destroySoon = () => {};
  return channel;
}
