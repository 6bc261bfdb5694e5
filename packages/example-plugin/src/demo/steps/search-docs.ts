import { searchDocs } from "../docs-calls.js";
import { hitLines } from "../hit-lines.js";
import { check, count, duration, type Stage } from "../stage.js";

const QUERIES = ["redact sensitive information", "custom transport worker thread", "fuzzy search"];
const TYPO = { query: "redacton of sensitve paths", meant: "redaction of sensitive paths" };

/** Searches, and keeps the answers for after the crash. */
export async function searchStep({ output, worker, signal, answers }: Stage): Promise<void> {
  output.step("Search");
  for (const query of [...QUERIES, TYPO.query]) {
    const { ms, ...answer } = await searchDocs(worker, output, query, signal);
    answers.set(query, answer);
    output.line(`${output.colours.bold(query)}  ${count(answer.total, "section")} in ${duration(ms)}`);
    if (answer.didYouMean) output.line(`did you mean: ${output.colours.bold(answer.didYouMean)}?`);
    for (const line of hitLines(answer.hits.slice(0, 2), output)) output.line(`  ${line}`);
    check(answer.hits.length > 0, `hits for "${query}"`);
  }
  check(answers.get(TYPO.query)?.didYouMean === TYPO.meant, `the proposal "${TYPO.meant}"`);
  output.good("every query was answered, and the typing errors noticed");
}
