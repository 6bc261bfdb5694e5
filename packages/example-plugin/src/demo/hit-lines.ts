import type { Hit, TextHit } from "../contract.js";
import type { Output } from "./terminal-output.js";

/** A hit as two lines: where it is, and what it says, with the matches marked. */
export function hitLines({ file, line, headings, snippet }: Hit | TextHit, { colours, width }: Output): string[] {
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

/** `.pnpm/pino@10/node_modules/pino/docs/api.md` is `pino/docs/api.md` to a reader. */
export function shortName(file: string): string {
  return file.split("node_modules/").at(-1) ?? file;
}

function cut({ text, matches }: Hit["snippet"], length: number): Hit["snippet"] {
  if (text.length <= length) return { text, matches };
  const kept = text.slice(0, length - 1);
  return { text: `${kept}…`, matches: matches.filter(([, end]) => end <= kept.length) };
}
