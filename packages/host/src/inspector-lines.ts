import { createMarkedLines, type MarkedLines } from "./marked-lines.js";

/** What Node writes to stderr when its inspector is opened and used. */
const LISTENING = "Debugger listening on ws://";
const REMARKS = [
  "For help, see: https://nodejs.org/",
  "Debugger attached.",
  "Debugger ending on ws://",
  "Waiting for the debugger to disconnect...",
];
const MAX_LINE = 256;
/** Nowhere else would the host connect to: a plugin may write such lines, too. */
const ADDRESS = /^Debugger listening on (ws:\/\/127\.0\.0\.1:\d{1,5}\/[0-9a-f-]{36})$/;

/** Takes what Node says of its inspector out of a stderr that arrives in pieces. */
export interface InspectorLines extends MarkedLines {
  /** The host is about to open the inspector. Before, such lines are somebody's who debugs the worker, and stay. */
  expect(): void;
}

/**
 * @param onAddress told where the inspector can be reached
 * @param onForeign told once when somebody else has opened it
 */
export function createInspectorLines(onAddress: (url: string) => void, onForeign: () => void): InspectorLines {
  let isExpected = false;
  let isForeign = false;
  const take = (line: string): boolean => {
    const address = ADDRESS.exec(line)?.[1];
    if (address !== undefined) onAddress(address);
    return address !== undefined || REMARKS.some((remark) => line.startsWith(remark));
  };
  const own = createMarkedLines([LISTENING, ...REMARKS], MAX_LINE, take);
  const seen = createMarkedLines([LISTENING], MAX_LINE, () => {
    if (!isForeign) onForeign();
    isForeign = true;
    return false;
  });
  let held = "";
  return {
    push(text) {
      const all = held + text;
      held = "";
      return (isExpected ? own : seen).push(all);
    },
    end: () => held + (isExpected ? own : seen).end(),
    expect() {
      if (!isExpected) held = seen.end();
      isExpected = true;
    },
  };
}
