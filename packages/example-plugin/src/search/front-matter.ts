/** A Markdown file without its YAML front matter. */
export interface FrontMatter {
  /** The `title:` of the front matter, the one member worth searching. */
  readonly title: string | undefined;
  readonly body: string;
  /** Lines the front matter took. */
  readonly lines: number;
}

const BLOCK = /^---[ \t]*\r?\n(?<yaml>[\s\S]*?)(?:^|\r?\n)---[ \t]*(?:\r?\n|$)/;
const TITLE = /^title:[ \t]*(?<quote>["']?)(?<title>.+?)\k<quote>[ \t]*$/m;
const BYTE_ORDER_MARK = /^\uFEFF/;

/** Takes front matter off the beginning. A `---` anywhere else is a rule or a setext heading. */
export function splitFrontMatter(source: string): FrontMatter {
  const text = source.replace(BYTE_ORDER_MARK, "");
  const block = BLOCK.exec(text);
  const yaml = block?.groups?.yaml;
  // Without a `key:` line it is a rule followed by text.
  if (!block || yaml === undefined || !/^[\w-]+:/m.test(yaml)) return { title: undefined, body: text, lines: 0 };
  return {
    title: TITLE.exec(yaml.slice(0, 8192).replaceAll("\r", ""))?.groups?.title,
    body: text.slice(block[0].length),
    lines: block[0].split("\n").length - 1,
  };
}
