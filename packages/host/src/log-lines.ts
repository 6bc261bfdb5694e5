/** Longest line that is logged whole, characters. */
export const DEFAULT_LOG_LINE = 8_192;

/** Text of at most so many characters, and how many there were more. */
export function cutText(text: string, max: number = DEFAULT_LOG_LINE): string {
  return text.length > max ? withCut(text.slice(0, max), text.length - max) : text;
}

const withCut = (shown: string, more: number): string => `${shown}… (${more} characters more)`;

/** Splits text that arrives in pieces into lines of bounded length. */
export interface LogLines {
  /** The lines this piece completes, without their ends; blank ones are left out. */
  push(text: string): string[];
  /** What stands after the last newline, once nothing more comes. */
  end(): string[];
}

/** A line past `maxCharacters` is cut there, and says so; the rest of it is skipped. */
export function createLogLines(maxCharacters: number = DEFAULT_LOG_LINE): LogLines {
  let unfinished = "";
  let skipped = 0;

  const take = (piece: string): void => {
    const room = maxCharacters - unfinished.length;
    unfinished += piece.length > room ? piece.slice(0, room) : piece;
    skipped += Math.max(0, piece.length - room);
  };

  const finish = (into: string[]): void => {
    const line = unfinished.endsWith("\r") ? unfinished.slice(0, -1) : unfinished;
    if (line.trim() !== "") into.push(skipped === 0 ? line : withCut(line, skipped));
    unfinished = "";
    skipped = 0;
  };

  return {
    push(text) {
      const lines: string[] = [];
      let start = 0;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
        take(text.slice(start, end));
        finish(lines);
        start = end + 1;
      }
      take(text.slice(start));
      return lines;
    },
    end() {
      const lines: string[] = [];
      finish(lines);
      return lines;
    },
  };
}
