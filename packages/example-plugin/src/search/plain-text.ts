import type { Token, Tokens } from "marked";

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ESCAPE_SEQUENCE = /[\u001b\u009b]\[?[\d;?]*[ -/]*[@-~]?/g;
const TAG_OR_COMMENT = /<!--[\s\S]*?(?:-->|$)|<\/?[a-zA-Z][^<>]*>/g;

/** The words of parsed Markdown, without its markup: what is searched and shown in snippets. */
export function plainText(tokens: readonly Token[]): string {
  return tidy(tokens.map(textOf).join(" "));
}

/** A heading's or a cell's words: inline markup leaves no space behind. */
export function inlineText(tokens: readonly Token[]): string {
  return tidy(tokens.map(textOf).join(""));
}

/** HTML without tags and comments. */
export function withoutTags(html: string): string {
  return tidy(html.replace(TAG_OR_COMMENT, " "));
}

/** One line, with nothing in it that a terminal would take for a command. */
function tidy(text: string): string {
  return text
    .replace(ESCAPE_SEQUENCE, " ")
    .replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

function textOf(token: Token): string {
  switch (token.type) {
    case "code":
    case "codespan":
    case "escape":
    case "image":
      return (token as Tokens.Code).text;
    case "html":
      return withoutTags(token.raw);
    case "br":
      return " ";
    case "def":
    case "hr":
    case "space":
    case "checkbox":
      return "";
    case "list":
      return plainText((token as Tokens.List).items);
    case "list_item":
    case "blockquote":
      return plainText((token as Tokens.ListItem).tokens);
    case "table": {
      const { header, rows } = token as Tokens.Table;
      return [header, ...rows].flatMap((row) => row.map((cell) => inlineText(cell.tokens))).join(" ");
    }
    default: {
      const { tokens, text } = token as Tokens.Generic;
      return tokens ? tokens.map(textOf).join("") : typeof text === "string" ? text : "";
    }
  }
}
