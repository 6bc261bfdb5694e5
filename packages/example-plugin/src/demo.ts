import { commandOf, usage } from "./demo/command-line.js";
import { docsHost } from "./demo/docs-host.js";
import { guidedTour } from "./demo/guided-tour.js";
import { interrupts } from "./demo/interrupt-signal.js";
import { ownFolder } from "./demo/own-folder.js";
import { duration } from "./demo/stage.js";
import { createOutput } from "./demo/terminal-output.js";

/** The tour ends by itself, whatever happens. */
const TOUR_MS = 28_000;

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  const output = createOutput(process.stdout);
  const command = await commandOf(args, process.env.INIT_CWD ?? process.cwd());
  if (command.kind === "help") {
    output.stream.write(`${usage}\n`);
    return 0;
  }
  if (command.kind === "wrong") {
    process.stderr.write(`${command.message}\nHow to use it: demo -- --help\n`);
    return 2;
  }
  const startedAt = performance.now();
  const demo = docsHost();
  const interrupt = interrupts(process);
  try {
    if (command.kind === "search") await ownFolder(demo, output, interrupt.signal, command);
    else await guidedTour(demo, output, AbortSignal.any([interrupt.signal, AbortSignal.timeout(TOUR_MS)]));
  } catch (error) {
    if (interrupt.signal.aborted) {
      output.line("stopped by Ctrl-C");
      return 130;
    }
    output.bad(error instanceof Error ? error.message : String(error));
    if (command.kind === "tour") for (const line of demo.logLines.slice(-10)) process.stderr.write(`${line}\n`);
    return 1;
  } finally {
    await demo.host.close();
    interrupt.release();
  }
  output.line();
  output.title(`Done in ${duration(performance.now() - startedAt)}; nothing is left running.`);
  return 0;
}
