import { addFolder } from "../docs-calls.js";
import { check, count, duration, type Stage } from "../stage.js";

const FEW = 100;

/** Indexes real documentation: Markdown that nobody wrote for this demo. */
export async function indexFolder({ output, worker, folder, signal }: Stage): Promise<void> {
  output.step("Index: the Markdown that this repository's dependencies ship");
  const { files, sections, skippedTotal, ms } = await addFolder(worker, output, folder, signal);
  output.line(folder);
  output.line(`${count(files, "file")}, ${count(sections, "section")}, ${skippedTotal} left out`);
  check(files > FEW, `more than ${FEW} files in ${folder}; run pnpm install first`);
  check(sections > files, "more sections than files");
  output.good(`indexed in ${duration(ms)}`);
}
