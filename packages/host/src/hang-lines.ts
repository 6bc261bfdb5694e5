import { HANG_MARK, type HangReport, MAX_HANG_LINE, parseHangReport } from "@outrigger/protocol";
import { createMarkedLines, type MarkedLines } from "./marked-lines.js";

/**
 * Takes the reports of a guard thread out of a stderr that arrives in pieces. What only looks like a report is the plugin's
 * own text; so are all reports past `admit`.
 */
export function createHangLines(admit: () => boolean, onReport: (report: HangReport) => void): MarkedLines {
  return createMarkedLines([HANG_MARK], MAX_HANG_LINE, (line) => {
    const report = admit() ? parseHangReport(line) : undefined;
    if (report !== undefined) onReport(report);
    return report !== undefined;
  });
}
