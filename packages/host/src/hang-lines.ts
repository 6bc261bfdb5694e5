import { HANG_MARK, type HangReport, MAX_HANG_LINE, parseHangReport } from "@outrigger/protocol";

/** Takes the reports of a guard thread out of a stderr that arrives in pieces. */
export interface HangLines {
  /** What is left of this piece, and what was held back before and is no report. */
  push(text: string): string;
  /** What was held back, once nothing more comes. */
  end(): string;
}

/**
 * A report reaches from its mark to the end of the line. The mark may stand in the middle of one: the thread that hangs may
 * have left it unfinished. What only looks like a report is the plugin's own text; so are all reports past `admit`.
 */
export function createHangLines(admit: () => boolean, onReport: (report: HangReport) => void): HangLines {
  let held = "";

  const take = (line: string): boolean => {
    const report = admit() ? parseHangReport(line) : undefined;
    if (report !== undefined) onReport(report);
    return report !== undefined;
  };

  return {
    push(piece) {
      let text = held + piece;
      held = "";
      let rest = "";
      for (let start = text.indexOf(HANG_MARK); start !== -1; start = text.indexOf(HANG_MARK)) {
        rest += text.slice(0, start);
        const end = text.indexOf("\n", start);
        if (end === -1 && text.length - start <= MAX_HANG_LINE) {
          held = text.slice(start);
          return rest;
        }
        const next = end === -1 ? text.length : end + 1;
        if (end === -1 || !take(text.slice(start, end).trimEnd())) rest += text.slice(start, next);
        text = text.slice(next);
      }
      held = beginningOfMark(text);
      return rest + text.slice(0, text.length - held.length);
    },
    end() {
      const text = held;
      held = "";
      return text.startsWith(HANG_MARK) && take(text.trimEnd()) ? "" : text;
    },
  };
}

/** The end of a text with which a mark may begin. */
function beginningOfMark(text: string): string {
  // It has one brace, its first character.
  const at = text.lastIndexOf("{");
  return at !== -1 && HANG_MARK.startsWith(text.slice(at, at + HANG_MARK.length)) ? text.slice(at) : "";
}
