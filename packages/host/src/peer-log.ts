import { isRpcError, type PeerReport, type RpcError } from "@outrigger/protocol";
import type { LogBridge } from "./log-bridge.js";

/** What a peer noticed that is nobody's answer goes to the worker's log. */
export function logReport(logs: LogBridge, report: PeerReport): void {
  const { kind } = report;
  if (kind === "notification-refused" || (kind === "notification-failed" && isRpcError(report.error))) {
    logs.remark("warn", `a notification was refused: ${(report.error as RpcError).message}`, { method: report.method });
    return;
  }
  switch (report.kind) {
    case "invalid-message":
      logs.stdout(report.line);
      return;
    case "unknown-head":
      logs.remark("warn", "a call was lost with the line that told its method: text without a newline spoiled that", {
        advice: "find what writes to descriptor 1 beside the SDK: native code, or a child process with its stdout",
      });
      return;
    case "unknown-reply":
      logs.remark("warn", "it answered a call that nobody made", { id: report.id });
      return;
    case "duplicate-request":
      logs.remark("warn", `${report.method}: it used the id of a call that is still running`, { id: report.id });
      return;
    case "cancel-ignored": {
      const { method, ignoredMs } = report;
      const advice = "have its handler heed ctx.signal";
      logs.remark("warn", `${method}: it goes on with a call that was cancelled; ${advice}`, { ignoredMs });
      return;
    }
    case "listener-failed":
      logs.remark("error", `${report.listener} failed`, { err: report.error });
      return;
    case "notification-unsent":
      logs.remark("error", `${report.method}: it was not sent`, { err: report.error });
      return;
    case "call-failed":
    case "notification-failed":
      // The worker is told the message; that the host's own code has a fault, its log should tell.
      logs.remark("error", `the handler of ${report.method} failed`, { err: report.error });
  }
}
