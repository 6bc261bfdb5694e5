import { createMarkedLines, type MarkedLines } from "./marked-lines.js";

/** What Node writes to stderr when its inspector is opened, and used. */
const LISTENING = "Debugger listening on ws://";
const HELP = "For help, see: https://nodejs.org/";
const ATTACHED = "Debugger attached.";
const ENDING = "Debugger ending on ws://";
const WAITING = "Waiting for the debugger to disconnect...";
/** Lines of a kind that may be on their way: one search ends while the next begins. */
const MOST_EXPECTED = 2;
const MAX_LINE = 256;
/** The host connects to nowhere else: a plugin may write such lines, too. */
const URL_HERE = "ws://127\\.0\\.0\\.1:\\d{1,5}/[0-9a-f-]{36}";
const ADDRESS = new RegExp(`^Debugger listening on (${URL_HERE})$`);
const ENDED = new RegExp(`^Debugger ending on ${URL_HERE}$`);
const HELPFUL = /^For help, see: https:\/\/nodejs\.org\/(?:en\/docs\/inspector|learn\/getting-started\/debugging)$/;

/**
 * Takes what Node says of its inspector out of a stderr that arrives in pieces: no more lines than the host has brought about.
 * All others stay, as those that somebody reads who debugs the worker.
 */
export interface InspectorLines extends MarkedLines {
  /** The host is about to open the inspector. */
  expectAddress(): void;
  /** The host has somebody connect to it, and leave it again. */
  expectVisit(): void;
}

/**
 * @param onAddress told where the inspector can be reached that the host opens
 * @param onForeign told once when somebody else has opened it before
 */
export function createInspectorLines(onAddress: (url: string) => void, onForeign: () => void): InspectorLines {
  const expected = { address: 0, help: 0, attached: 0, ending: 0, waiting: 0 };
  let isOwn = false;
  let isForeign = false;

  const expect = (kind: keyof typeof expected): void => {
    expected[kind] = Math.min(MOST_EXPECTED, expected[kind] + 1);
  };
  const take = (line: string): boolean => {
    const address = ADDRESS.exec(line)?.[1];
    const kind = address === undefined ? kindOf(line) : "address";
    if (kind === undefined || expected[kind] === 0) return false;
    expected[kind]--;
    if (address !== undefined) onAddress(address);
    return true;
  };
  const tellForeign = (): false => {
    if (!isForeign) onForeign();
    isForeign = true;
    return false;
  };
  const own = createMarkedLines([LISTENING, HELP, ATTACHED, ENDING, WAITING], MAX_LINE, take);
  const others = createMarkedLines([LISTENING], MAX_LINE, tellForeign);
  let held = "";

  return {
    push(text) {
      const all = held + text;
      held = "";
      return (isOwn ? own : others).push(all);
    },
    end: () => held + (isOwn ? own : others).end(),
    expectAddress() {
      if (!isOwn) held = others.end();
      isOwn = true;
      expect("address");
      expect("help");
    },
    expectVisit() {
      for (const kind of ["attached", "ending", "waiting", "help"] as const) expect(kind);
    },
  };
}

function kindOf(line: string): "help" | "attached" | "ending" | "waiting" | undefined {
  if (line === ATTACHED) return "attached";
  if (line === WAITING) return "waiting";
  if (ENDED.test(line)) return "ending";
  return HELPFUL.test(line) ? "help" : undefined;
}
