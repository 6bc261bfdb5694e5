import { SingleBar } from "cli-progress";
import { shortName } from "./hit-lines.js";
import type { Output } from "./terminal-output.js";

/** Shows progress on a terminal and nothing anywhere else. Always `stop` it: it hides the cursor. */
export interface ProgressBar {
  update(progress: { done?: number | undefined; total?: number | undefined; message?: string | undefined }): void;
  stop(): void;
}

export function progressBar({ stream, colours, width }: Output): ProgressBar {
  const room = Math.max(10, Math.min(width, 120) - 50);
  const bar = new SingleBar({
    stream,
    format: `   ${colours.cyan("{bar}")} {value}/{total} ${colours.dim("{file}")}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // The demo has its own way to end on Ctrl-C.
    gracefulExit: false,
  });
  let started = false;
  return {
    update: ({ done = 0, total = 0, message = "" }) => {
      const name = shortName(message);
      const file = name.length > room ? `…${name.slice(1 - room)}` : name;
      if (started) bar.update(done, { file });
      else bar.start(total, done, { file });
      started = true;
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
