import type { Transport, TransportLimits } from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import { type ProcessRecorder, recordedTransport } from "@outrigger/protocol/tape";
import type { WorkerProcess } from "./launcher.js";

/** The channel to a process, told to a recorder if there is one. */
export function workerTransport(
  { stdin, stdout }: Pick<WorkerProcess, "stdin" | "stdout">,
  limits: TransportLimits,
  recorder: ProcessRecorder | undefined,
): Transport {
  const transport = stdioTransport(stdout, stdin, limits);
  if (recorder === undefined) return transport;
  return recordedTransport(transport, {
    line: (way, line, attachments) => recorder.message(way === "sent" ? "host" : "worker", line, attachments),
    cutOff: (rest) => recorder.cutOff("worker", rest),
  });
}
