import { lexer, type Token, type Tokens } from "marked";
import { splitFrontMatter } from "./front-matter.js";
import { inlineText, plainText, withoutTags } from "./plain-text.js";

/** A heading and what stands under it, up to the next heading. */
export interface Section {
  /** The heading with those above it, outermost first. Empty for text before the first heading. */
  readonly headings: readonly string[];
  /** Of the heading, 1 to 6; 0 for text before the first one. */
  readonly level: number;
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** Without markup, on one line. */
  readonly text: string;
}

interface Heading {
  readonly level: number;
  readonly title: string;
}

const HTML_HEADING = /^\s*(?:<(?:div|center|p)\b[^>]*>\s*)*<h(?<level>[1-6])\b[^>]*>(?<title>[\s\S]*?)<\/h\k<level>>/i;

/** Splits Markdown into its sections. Headings inside code fences, quotes and lists are text. */
export function markdownSections(source: string): Section[] {
  const { title, body, lines } = splitFrontMatter(source);
  const sections: Section[] = [];
  let path: readonly Heading[] = title === undefined ? [] : [{ level: 0, title }];
  let start = 1;
  let line = lines + 1;
  let tokens: Token[] = [];
  let headed = title !== undefined;

  const finish = (): void => {
    const text = plainText(tokens);
    if (headed || text !== "") {
      const headings = path.map((heading) => heading.title);
      sections.push({ headings, level: path.at(-1)?.level ?? 0, line: start, text });
    }
    tokens = [];
  };

  for (const token of lexer(body)) {
    const heading = headingOf(token);
    if (heading) {
      finish();
      path = [...path.filter(({ level }) => level < heading.level), heading];
      start = line;
      headed = true;
      if (token.type === "html") tokens.push(token);
    } else {
      tokens.push(token);
    }
    line += token.raw.split("\n").length - 1;
  }
  finish();
  return sections;
}

function headingOf(token: Token): Heading | undefined {
  if (token.type === "heading") {
    const { depth, tokens } = token as Tokens.Heading;
    return { level: depth, title: inlineText(tokens) };
  }
  if (token.type !== "html") return undefined;
  // Many a README opens with <h1 align="center">.
  const found = HTML_HEADING.exec(token.raw)?.groups;
  const title = withoutTags(found?.title ?? "");
  return title === "" ? undefined : { level: Number(found?.level), title };
}
