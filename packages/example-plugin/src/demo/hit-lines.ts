import type { Hit, TextHit } from "../contract.js";
import type { Output } from "./terminal-output.js";

/** Two lines a hit: where it is, and what it says, with the matches marked. */
export function hitLines(hits: readonly (Hit | TextHit)[], output: Output): string[] {
  return hits.flatMap((hit) => linesOf(hit, output));
}

function linesOf({ file, line, headings, snippet }: Hit | TextHit, { colours, width }: Output): [string, string] {
  const place = `${colours.cyan(shortName(file))}${colours.dim(`:${line}`)}  ${headings.slice(-2).join(" › ")}`;
  const { text, matches } = cut(snippet, width - 8);
  let shown = "";
  let from = 0;
  for (const [start, end] of matches) {
    // Where there is no colour a match is still told from the rest.
    const match = text.slice(start, end);
    shown += text.slice(from, start) + (colours.isColorSupported ? colours.bold(colours.yellow(match)) : `[${match}]`);
    from = end;
  }
  return [place, `  ${shown}${text.slice(from)}`];
}

/** A file's name may hold anything, also what a terminal takes for a command. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

/** `.pnpm/pino@10/node_modules/pino/docs/api.md` is `pino/docs/api.md` to a reader. */
export function shortName(file: string): string {
  return printable(file.split("node_modules/").at(-1) ?? file);
}

function cut({ text, matches }: Hit["snippet"], length: number): Hit["snippet"] {
  if (text.length <= length) return { text, matches };
  const first = matches[0]?.[0] ?? 0;
  const from = Math.max(0, Math.min(first - 20, text.length - length));
  const shown = text.slice(from, from + length - 2);
  const shift = from > 0 ? 1 - from : 0;
  return {
    text: `${from > 0 ? "…" : ""}${shown}…`,
    matches: matches
      .filter(([start, end]) => start >= from && end <= from + shown.length)
      .map(([start, end]): [number, number] => [start + shift, end + shift]),
  };
}
