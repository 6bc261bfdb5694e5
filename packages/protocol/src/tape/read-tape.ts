import { restoreBulk } from "../bulk-restore.js";
import { ErrorCode, RpcError } from "../errors.js";
import { parseMessage } from "../messages.js";
import {
  TAPE_FORMAT,
  type Tape,
  type TapeExit,
  type TapeHeader,
  type TapeIncarnation,
  type TapeLine,
  type TapeMessage,
} from "./tape-format.js";

/** How a tape is read. */
export interface ReadTapeOptions {
  /** Shown in errors, e.g. the file. Default `"the tape"`. */
  readonly name?: string | undefined;
  /** Takes a tape that was cut off, or lacks messages, as far as it goes. Default `false`. */
  readonly partial?: boolean | undefined;
}

/**
 * Reads the text of a tape.
 * @throws RpcError INVALID_PARAMS, with the line as `data.line`, when it is none, is of a later format, or was cut off or
 * lacks messages, unless `partial`.
 */
export function readTape(text: string, { name = "the tape", partial = false }: ReadTapeOptions = {}): Tape {
  const lines = text.split("\n");
  const isWhole = lines.pop() === "";
  const header = headerOf(lines[0], name);
  const found = new Map<number, { messages: TapeMessage[]; exit: TapeExit | undefined }>();
  for (const [index, text] of lines.entries()) {
    if (index === 0) continue;
    const line = index + 1;
    const parsed = lineOf(text);
    if (parsed === undefined) throw invalid(name, line, "expected a line of a tape: it was damaged; record it anew");
    const incarnation = found.get(parsed.incarnation) ?? { messages: [], exit: undefined };
    found.set(parsed.incarnation, incarnation);
    if ("exit" in parsed) incarnation.exit = parsed.exit;
    else if ("message" in parsed) incarnation.messages.push(messageOf(parsed, line, name));
  }
  const incarnations = Array.from(found, ([number, rest]): TapeIncarnation => ({ number, ...rest }));
  if (!partial) checkWhole(incarnations, isWhole, name, lines.length);
  return { header, incarnations };
}

function headerOf(text: string | undefined, name: string): TapeHeader {
  const header = parsedObject(text ?? "") as Partial<TapeHeader> | undefined;
  const { tape, contract } = header ?? {};
  if (typeof tape !== "number" || typeof contract?.name !== "string") {
    throw invalid(name, 1, "expected the header of a tape; give a file that the start option record wrote");
  }
  if (tape !== TAPE_FORMAT) {
    throw invalid(
      name,
      1,
      `its format is ${tape}, this release reads ${TAPE_FORMAT}; use the release that recorded it`,
    );
  }
  return header as TapeHeader;
}

function checkWhole(incarnations: readonly TapeIncarnation[], isWhole: boolean, name: string, lines: number): void {
  const open = incarnations.find(({ exit }) => exit === undefined);
  if (!isWhole || open !== undefined || incarnations.length === 0) {
    const what = isWhole ? `before the end of process ${open?.number}` : "in the middle of a line";
    const why = isWhole && incarnations.length === 0 ? "it has no traffic" : `it was cut off ${what}`;
    throw invalid(
      name,
      lines,
      `${why}: its host ended too early, or still records; close the host first, or read it with { partial: true }`,
    );
  }
  const lacking = incarnations.find(({ exit }) => exit !== undefined && exit.dropped > 0);
  if (lacking === undefined) return;
  throw invalid(
    name,
    lines,
    `it lacks ${lacking.exit?.dropped} messages of process ${lacking.number}: the file was full or its disk too slow; record with larger maxBytes and bufferBytes, or read it with { partial: true }`,
  );
}

function lineOf(text: string): TapeLine | undefined {
  const line = parsedObject(text) as Partial<TapeLine> | undefined;
  const isLine = typeof line?.incarnation === "number" && typeof line.at === "number";
  return isLine && ("exit" in line || "message" in line || "unreadable" in line) ? (line as TapeLine) : undefined;
}

function messageOf(found: Extract<TapeLine, { readonly message: unknown }>, line: number, name: string): TapeMessage {
  const parsed = parseMessage(found.message);
  if (parsed.kind === "invalid") throw invalid(name, line, `message: ${parsed.reason}; record it anew`);
  const { message } = parsed;
  const why = message.bulk === undefined ? undefined : restoreBulk(message, undefined);
  if (why !== undefined) throw invalid(name, line, `message: ${why}; record it anew`);
  return { line, at: found.at, from: found.from, message };
}

function parsedObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function invalid(name: string, line: number, what: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, `${name}: line ${line}: ${what}`, { data: { line } });
}
