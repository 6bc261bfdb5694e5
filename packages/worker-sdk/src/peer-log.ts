import { errorCodeName, type PeerReport } from "@outrigger/protocol";
import type { Log } from "./log-types.js";

/** Writes what a peer noticed, and told nobody, to the log. */
export function logReport(log: Log, report: PeerReport): void {
  // A line of the log that cannot be sent is no reason to write another; the log counts it.
  if (report.kind === "notification-unsent" && report.method === "$/log") return;
  switch (report.kind) {
    case "invalid-message": {
      const { reason, line } = report;
      log.warn("a line from the host is no message and was dropped", { reason, line });
      break;
    }
    case "unknown-head":
      log.warn("a call from the host was lost with the line that told its method");
      break;
    case "unknown-reply":
      log.warn("the host answered a call this worker did not make", { id: report.id });
      break;
    case "duplicate-request": {
      const { id, method } = report;
      log.warn("the host used the id of a running call again; the second call was dropped", { id, method });
      break;
    }
    case "notification-refused": {
      const { code, message } = report.error;
      log.warn(`${report.method} was refused: ${message}`, { code: errorCodeName(code) ?? code });
      break;
    }
    case "cancel-ignored":
      log.warn(`${report.method}: the host goes on with it though it was cancelled`, { ignoredMs: report.ignoredMs });
      break;
    case "listener-failed":
      log.error(`${report.listener} failed`, { error: report.error });
      break;
    default:
      log.error(`${report.method}: ${report.kind.replace("-", " ")}`, { error: report.error });
  }
}
