/** Takes lines that begin with a mark out of a text that arrives in pieces. */
export interface MarkedLines {
  /** What is left of this piece, and what was held back before and is none of them. */
  push(text: string): string;
  /** What was held back, once nothing more comes. */
  end(): string;
}

/**
 * A marked line reaches from its mark to the end of the line. The mark may stand in the middle of one: who writes into a
 * stream that others write to as well may find a line unfinished. One that `take` refuses, and one longer than `maxLength`
 * characters, are text like any.
 *
 * @param marks the first character of each stands nowhere else in it
 */
export function createMarkedLines(
  marks: readonly string[],
  maxLength: number,
  take: (line: string) => boolean,
): MarkedLines {
  let held = "";

  return {
    push(piece) {
      let text = held + piece;
      held = "";
      let rest = "";
      for (let start = firstMark(text, marks); start !== -1; start = firstMark(text, marks)) {
        rest += text.slice(0, start);
        const end = text.indexOf("\n", start);
        if (end === -1 && text.length - start <= maxLength) {
          held = text.slice(start);
          return rest;
        }
        const next = end === -1 ? text.length : end + 1;
        if (end === -1 || !take(text.slice(start, end).trimEnd())) rest += text.slice(start, next);
        text = text.slice(next);
      }
      held = beginningOfMark(text, marks);
      return rest + text.slice(0, text.length - held.length);
    },
    end() {
      const text = held;
      held = "";
      return marks.some((mark) => text.startsWith(mark)) && take(text.trimEnd()) ? "" : text;
    },
  };
}

function firstMark(text: string, marks: readonly string[]): number {
  let first = -1;
  for (const mark of marks) {
    const at = text.indexOf(mark);
    if (at !== -1 && (first === -1 || at < first)) first = at;
  }
  return first;
}

/** The end of a text with which a mark may begin; the longest, if several may. */
function beginningOfMark(text: string, marks: readonly string[]): string {
  let from = text.length;
  for (const mark of marks) {
    const at = text.lastIndexOf(mark.charAt(0));
    if (at !== -1 && mark.startsWith(text.slice(at, at + mark.length))) from = Math.min(from, at);
  }
  return text.slice(from);
}
