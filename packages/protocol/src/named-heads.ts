import type { Envelope, Message } from "./messages.js";
import {
  type CallHead,
  callHeadAt,
  callOf,
  ENQ,
  type HeadWriter,
  headEnd,
  idAt,
  type ReadHead,
  readShortEnvelope,
  readShortLine,
  STX,
  shortLine,
  wholeHead,
} from "./short-lines.js";
import { numberEnd, wholeNumber } from "./whole-number.js";

/**
 * The head of a call that is made again and again (a flood of one handler's events) has a name, a letter, once both ends
 * know it: to write and read a head costs as much as a small payload does. One head of a channel has a name at a time.
 *
 * See docs/wire-protocol.md in the repository.
 */
const SO = 0x0e;
const SI = 0x0f;
const SYN = 0x16;
const NAMING = String.fromCharCode(SO);
const NOTIFICATION = String.fromCharCode(SI);
const REQUEST = String.fromCharCode(SYN);

/** No digits: a name stands behind an id. */
const NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A head is told again after so many calls: where what names it is lost, no more are lost with it. */
const FIRST_USES = 3;
const MAX_USES = 32;

/** Calls in a row with one head before it gets a name: to name one costs what is won by two calls. */
const MIN_IN_ROW = 3;

/** Told by what it was made of: its text may be in pieces yet. */
function isSame(head: CallHead, other: CallHead | undefined): boolean {
  if (head === other || other === undefined) return head === other;
  const { method, invocationId, deadlineMs } = head;
  return method === other.method && invocationId === other.invocationId && deadlineMs === other.deadlineMs;
}

/** Writes the calls of one channel. */
export interface HeadNamer {
  /** As `shortLine`. */
  line(message: Message): string | undefined;
  /** Whether the line made last names its head, which makes it longer. */
  isNaming(): boolean;
  /** The line made last was taken: the other end will know what it names. */
  sent(): void;
}

export function createHeadNamer(): HeadNamer {
  let previous: CallHead | undefined;
  let inRow = 0;
  let known: CallHead | undefined;
  let naming: CallHead | undefined;
  let uses = 0;
  let maxUses = FIRST_USES;
  let turn = 0;
  let name = "";
  let notification = "";

  const writeHead: HeadWriter = (head, id) => {
    const isKnown = isSame(head, known);
    if (isKnown && uses < maxUses) {
      uses++;
      return id === undefined ? notification : `${REQUEST}${id}${name}`;
    }
    inRow = isSame(head, previous) ? inRow + 1 : 1;
    previous = head;
    if (inRow < MIN_IN_ROW) return wholeHead(head, id);
    // Another name for another head: who missed this line must not take its calls for those of the head before.
    if (!isKnown) {
      known = undefined;
      name = NAMES.charAt(turn % NAMES.length);
      notification = `${NOTIFICATION}${name}`;
    }
    naming = head;
    return `${NAMING}${name}${wholeHead(head, id)}`;
  };

  return {
    line(message) {
      naming = undefined;
      return shortLine(message, writeHead);
    },
    isNaming: () => naming !== undefined,
    sent() {
      if (naming === undefined) return;
      const isNew = known === undefined;
      if (isNew) turn++;
      maxUses = isNew ? FIRST_USES : MAX_USES;
      known = naming;
      naming = undefined;
      uses = 0;
    },
  };
}

/** Reads the short lines of one channel. */
export interface HeadReader {
  /** The message of a short line; `undefined` for another line. Throws where it is none. */
  read(line: string): Message | undefined;
  /** For a line that is not read: the head it names has that name all the same. */
  skip(line: string): void;
  /** For a line that is none: what it may have named is forgotten. Returns whether that is because nobody knows its head. */
  failed(line: string): boolean;
  /** Whose a short line is, where it cannot be taken as a whole. */
  shortEnvelope(line: string): Envelope | undefined;
}

export function createHeadReader(): HeadReader {
  let name = -1;
  let head: ReadHead = { text: "", method: "", meta: undefined, isTailed: false };

  const call = (line: string, id: number | undefined, at: number): Message => {
    if (line.charCodeAt(at) !== name) throw new SyntaxError("expected the name of a head");
    return callOf(id, head.method, JSON.parse(line.slice(at + 1)) as unknown, head.meta);
  };

  const naming = (line: string): Message => {
    const id = readName(line);
    return callOf(id, head.method, JSON.parse(line.slice(headEnd)) as unknown, head.meta);
  };

  /** Returns the id of the call. */
  const readName = (line: string): number | undefined => {
    name = -1;
    const mark = line.charCodeAt(2);
    if (mark !== STX && mark !== ENQ) throw new SyntaxError("expected a call behind the name of its head");
    const id = mark === ENQ ? idAt(line, 3) : undefined;
    const found = callHeadAt(line, mark === ENQ ? numberEnd : 3);
    if (found.isTailed || !NAMES.includes(line.charAt(1))) throw new SyntaxError("expected a letter and a head");
    head = found;
    name = line.charCodeAt(1);
    return id;
  };

  /** Where text of something else stands before a line that names a head. JSON escapes the mark. */
  const forgetSpoiled = (line: string): void => {
    if (line.lastIndexOf(NAMING) > 0) name = -1;
  };

  return {
    read(line) {
      switch (line.charCodeAt(0)) {
        case SI:
          return call(line, undefined, 1);
        case SYN: {
          const id = idAt(line);
          return call(line, id, numberEnd);
        }
        case SO:
          return naming(line);
        default:
          return readShortLine(line);
      }
    },
    skip(line) {
      try {
        if (line.charCodeAt(0) === SO) readName(line);
      } catch {
        // Then no line behind it has the name.
      }
      forgetSpoiled(line);
    },
    failed(line) {
      forgetSpoiled(line);
      switch (line.charCodeAt(0)) {
        case SI:
          return line.charCodeAt(1) !== name;
        case SYN:
          return wholeNumber(line, 1) !== -1 && line.charCodeAt(numberEnd) !== name;
        default:
          return false;
      }
    },
    shortEnvelope(line) {
      switch (line.charCodeAt(0)) {
        case SI:
          return line.charCodeAt(1) === name
            ? readShortEnvelope(`${String.fromCharCode(STX)}${head.text}${line.slice(2)}`)
            : undefined;
        case SYN: {
          const id = wholeNumber(line, 1);
          return id === -1 ? undefined : { id, kind: "request" };
        }
        case SO:
          return readShortEnvelope(line.slice(2));
        default:
          return readShortEnvelope(line);
      }
    },
  };
}
