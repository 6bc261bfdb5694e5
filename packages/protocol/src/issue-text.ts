/** One thing wrong with a value, and where. */
export interface Issue {
  /** Readable path from the root, e.g. `params.items[2].name`. */
  readonly path: string;
  readonly message: string;
}

const MAX_ISSUES = 20;
const MAX_MESSAGE = 500;
const MAX_SEGMENTS = 32;

type Segment = PropertyKey | { readonly key: PropertyKey };

interface RawIssue {
  readonly message: string;
  readonly path?: readonly Segment[] | undefined;
}

/** The first of a schema's issues, bounded and readable. `root` is what their paths begin with. */
export function readableIssues(issues: readonly RawIssue[], root: string): Issue[] {
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: readablePath(root, issue.path ?? []),
    message: readableMessage(issue.message),
  }));
}

/** The line for an error that lists issues, as `schema.parse` of zod throws it; its own message is a page of JSON. */
export function issueText(thrown: object): string | undefined {
  const { issues } = thrown as { readonly issues?: unknown };
  if (!(thrown instanceof Error) || !Array.isArray(issues) || !issues.every(isIssue) || issues.length === 0) {
    return undefined;
  }
  return summarize(readableIssues(issues, "value"), issues.length);
}

function isIssue(issue: unknown): issue is RawIssue {
  if (typeof issue !== "object" || issue === null) return false;
  const { message, path } = issue as Partial<RawIssue>;
  return typeof message === "string" && (path === undefined || Array.isArray(path));
}

function readableMessage(message: string): string {
  const short = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
  return short.replace(/^Invalid input: /, "").replace("expected nonoptional, received undefined", "missing");
}

/** One line for the first few. */
export function summarize(issues: readonly Issue[], total: number): string {
  const shown = issues.slice(0, 3).map((issue) => `${issue.path}: ${issue.message}`);
  const more = total > shown.length ? `; and ${total - shown.length} more` : "";
  return shown.join("; ") + more;
}

function readablePath(root: string, segments: readonly Segment[]): string {
  let path = root;
  for (const segment of segments.slice(0, MAX_SEGMENTS)) {
    const key = typeof segment === "object" ? segment.key : segment;
    if (typeof key === "number") path += `[${key}]`;
    else if (typeof key === "string" && /^[A-Za-z_$][\w$]{0,99}$/.test(key)) path += `.${key}`;
    else path += `[${JSON.stringify(String(key).slice(0, 100))}]`;
  }
  return path;
}
