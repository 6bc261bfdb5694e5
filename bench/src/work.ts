/** The work both ends do, and the checks of every answer: the same for all peers. */

interface Row {
  readonly id: number;
  readonly name: string;
  readonly tags: string[];
  readonly score: number;
  readonly note: string;
}

export interface Document {
  readonly id: string;
  readonly revision: number;
  readonly rows: Row[];
}

const MEBIBYTE = 1024 * 1024;
const ROWS = 90;

/** `unlike`: every second row has its members in another order, so that nothing is gained by their being alike. */
export type DocumentKind = "ascii" | "non-ascii" | "unlike";

/** About 10 KB as JSON. */
export function makeDocument(kind: DocumentKind): Document {
  const text = kind === "non-ascii" ? "geprüft – nichts hinzuzufügen; 参照" : "checked, nothing to add; see section";
  const rows = Array.from({ length: ROWS }, (_, id): Row => {
    const name = `row ${id}`;
    const tags = ["alpha", id % 2 === 0 ? "even" : "odd"];
    const score = id * 1.5 + 0.25;
    const note = `${text} ${id}`;
    return kind === "unlike" && id % 2 === 1 ? { note, score, tags, name, id } : { id, name, tags, score, note };
  });
  return { id: `document/${kind}`, revision: 0, rows };
}

/** 1 MiB of log lines. */
export function makeText(): string {
  const line = '2026-01-01T00:00:00.000Z info worker "greeter" answered request 4711 in 0.25 ms\n';
  return Buffer.from(line.repeat(Math.ceil(MEBIBYTE / line.length)).slice(0, MEBIBYTE)).toString("latin1");
}

/** 1 MiB of bytes that are no text. */
export function makeBytes(): Uint8Array {
  const bytes = new Uint8Array(MEBIBYTE);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31 + (at >> 8)) & 0xff;
  return bytes;
}

export const review = (document: Document): Document => ({ ...document, revision: document.revision + 1 });

export function checkAnswer(what: string, got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`${what}: expected ${String(expected)}, got ${String(got)}`);
}

/** Looks at a different row each time: every answer is checked, and all rows are after a few. */
export function checkDocument(sent: Document, got: Document): void {
  checkAnswer("revision", got.revision, sent.revision + 1);
  checkAnswer("rows", got.rows.length, sent.rows.length);
  const at = got.revision % sent.rows.length;
  const [row, expected] = [got.rows[at], sent.rows[at]];
  checkAnswer("row id", row?.id, expected?.id);
  checkAnswer("row score", row?.score, expected?.score);
  checkAnswer("row note", row?.note, expected?.note);
  checkAnswer("row tag", row?.tags[1], expected?.tags[1]);
}

export function checkText(sent: string, got: string): void {
  if (got !== sent) throw new Error(`text: ${got.length} characters came back, not the ${sent.length} sent`);
}

export function checkBytes(sent: Uint8Array, got: Uint8Array): void {
  if (!(got instanceof Uint8Array) || Buffer.compare(sent, got) !== 0) {
    throw new Error(`bytes: ${got.length} bytes came back, not the ${sent.length} sent`);
  }
}
