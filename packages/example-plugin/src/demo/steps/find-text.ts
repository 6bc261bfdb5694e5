import { hitLines } from "../hit-lines.js";
import { check, duration, type Stage, TENANT } from "../stage.js";

const TEXT = "child process";
const ENOUGH = 3;

/** A stream: the reader gets hits while the worker still reads files, and stops it by leaving. */
export async function findTextStep({ output, worker, signal }: Stage): Promise<void> {
  output.step(`Stream: "${TEXT}" word by word, as the files are read`);
  const startedAt = performance.now();
  let found = 0;
  for await (const hit of worker.stream("findText", { tenant: TENANT, text: TEXT }, { signal })) {
    const at = duration(performance.now() - startedAt).padStart(9);
    output.line(`${output.colours.dim(at)}  ${hitLines([hit], output)[0]}`);
    if (++found === ENOUGH) break;
  }
  check(found === ENOUGH, `${ENOUGH} places with "${TEXT}"`);
  output.good(`${ENOUGH} are enough: leaving the loop stopped the worker's generator`);
}
