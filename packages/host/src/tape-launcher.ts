import { readFile } from "node:fs/promises";
import { readTape, type Tape } from "@outrigger/protocol/tape";
import type { Launcher } from "./launcher.js";
import { createTapeProcess, type PlayOptions } from "./tape-process.js";

/** How a tape is played to a host. */
export interface TapeLauncherOptions extends PlayOptions {
  /** Plays a tape that was cut off, or lacks messages, as far as it goes. Default `false`. */
  readonly partial?: boolean | undefined;
}

/**
 * A launcher whose workers answer as a tape has it: the first process that is launched plays the first one recorded, and so on.
 * A call of the host's is answered as the first one with the same method and params that was not answered yet, the calls which
 * the worker made for it first; one that the tape has not fails with `METHOD_NOT_IMPLEMENTED`. What was answered to a call
 * that the host cancelled waits for its cancel. A recorded crash follows when what
 * it interrupted has been called. Launching fails when the file is no tape, was cut off, or has no further process; a
 * host of another contract is refused in the handshake.
 *
 * @param file the path or URL of what `record` wrote
 */
export function tapeLauncher(file: string | URL, options: TapeLauncherOptions = {}): Launcher {
  const name = `the tape ${String(file)}`;
  let tape: Promise<Tape> | undefined;
  let launches = 0;
  return {
    name,
    async launch() {
      tape ??= readFile(file, "utf8").then((text) => readTape(text, { name, partial: options.partial }));
      const reading = tape;
      // One that failed is not remembered: the next start may find another file.
      reading.catch(() => {
        if (tape === reading) tape = undefined;
      });
      const { header, incarnations } = await reading;
      const incarnation = incarnations[launches++];
      if (incarnation === undefined) {
        throw new Error(`${name}: it has ${incarnations.length} processes, this is number ${launches}; record it anew`);
      }
      return createTapeProcess({ ...options, name, header, incarnation });
    },
  };
}
