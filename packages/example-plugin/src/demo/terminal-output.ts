import type { Writable } from "node:stream";
import picocolors from "picocolors";

/** Where the demo writes: a terminal, or anything that takes text. */
export type OutputStream = Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether to colour: a terminal yes, a pipe no, and the user's word (`NO_COLOR`, `FORCE_COLOR`) above both.
 * picocolors' own guess colours a pipe when `CI` is set.
 */
function wantsColour(stream: OutputStream, env: Environment): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stream.isTTY === true && env.TERM !== "dumb";
}

/** The demo's lines: numbered steps with details below. */
export function createOutput(stream: OutputStream, env: Environment = process.env) {
  const colours = picocolors.createColors(wantsColour(stream, env));
  let steps = 0;
  // `demo | head` closes the pipe: what is left is said to nobody.
  stream.on("error", () => {});
  const write = (line: string): void => {
    stream.write(`${line}\n`);
  };
  return {
    stream,
    colours,
    /** Columns of the terminal; no limit elsewhere. */
    width: Math.max(60, stream.columns || Number.POSITIVE_INFINITY),
    title: (text: string): void => write(colours.bold(text)),
    step: (text: string): void => write(`\n${colours.cyan(String(++steps).padStart(2))} ${colours.bold(text)}`),
    line: (text = ""): void => write(text === "" ? "" : `   ${text}`),
    good: (text: string): void => write(`   ${colours.green("ok")} ${text}`),
    bad: (text: string): void => write(`   ${colours.red("failed")} ${text}`),
  };
}

export type Output = ReturnType<typeof createOutput>;
