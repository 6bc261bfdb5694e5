import { errorCodeName, type PeerReport } from "@outrigger/protocol";
import type { Log } from "./log-types.js";

/** Writes what a peer noticed, and told nobody, to the log. */
export function logReport(log: Log, report: PeerReport): void {
  switch (report.kind) {
    case "invalid-message":
      return log.warn("a line from the host is no message and was dropped", {
        reason: report.reason,
        line: report.line,
      });
    case "unknown-reply":
      return log.warn("the host answered a call this worker did not make", { id: report.id });
    case "duplicate-request":
      return log.warn("the host used the id of a running call again; the second call was dropped", {
        id: report.id,
        method: report.method,
      });
    case "notification-refused":
      return log.warn(`${report.method} was refused: ${report.error.message}`, {
        code: errorCodeName(report.error.code) ?? report.error.code,
      });
    default:
      return log.error(`${report.method}: ${report.kind.replace("-", " ")}`, { error: report.error });
  }
}
