import { readFile } from "node:fs/promises";
import { type Clock, type Codec, systemClock } from "@outrigger/protocol";
import { checkTapeContract, type Difference, type Reveal, readTape } from "@outrigger/protocol/tape";
import { definitionOf, type Plugin } from "../define-plugin.js";
import { checkOptions } from "../option-checks.js";
import { replayProcess } from "./replay-process.js";

/** How a tape is replayed. */
export interface ReplayOptions {
  /** The plugin's config and manifest: a tape does not show them. Default: none. */
  readonly config?: unknown;
  readonly manifest?: unknown;
  /** Says what the plugin is given in place of a payload in which something was redacted. Default: the mark, `"[redacted]"`. */
  readonly reveal?: Reveal | undefined;
  /** Replays a tape that was cut off, or lacks messages, as far as it goes. Default `false`. */
  readonly partial?: boolean | undefined;
  /** How long nothing may come of what the tape has next, ms: then it counts as missing; a setup that takes longer ends the replay. Default 2,000. */
  readonly patienceMs?: number | undefined;
  /** The text of messages, as in `serve`. */
  readonly codec?: Codec | undefined;
  readonly clock?: Clock | undefined;
}

/** What came of a replay. */
export interface ReplayReport {
  /** Calls and notifications of the host that were made. */
  readonly calls: number;
  /** Where the plugin said something else than the tape; empty: it does what it did. */
  readonly differences: readonly Difference[];
  /** Calls that could not be made: their params were redacted, and `reveal` said nothing of them. */
  readonly skipped: readonly { readonly line: number; readonly method: string }[];
}

/**
 * Replays what a host recorded (its start option `record`) against a plugin: makes the host's calls in their order, answers the
 * plugin's from the tape, and compares what it says with what was said. Each recorded process is one session of the plugin,
 * over the real peer and framing. Errors of the runtime's own are compared by their code; log lines and timings are not compared.
 *
 * @param file the path or URL of the tape
 * @throws RpcError INVALID_PARAMS when the file is no tape, was cut off, or is of another contract; what the plugin answers to
 * `initialize`, if that is an error
 */
export async function replayTape(
  file: string | URL,
  plugin: Plugin,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  definitionOf(plugin);
  checkOptions("replayTape: options", options, {
    ...{ config: "any", manifest: "any", reveal: "code", partial: "flag", patienceMs: "count" },
    ...{ codec: "object", clock: "object" },
  });
  const name = `the tape ${String(file)}`;
  const tape = readTape(await readFile(file, "utf8"), { name, partial: options.partial });
  checkTapeContract(tape.header, plugin.contract, name);
  const report = { calls: 0, differences: [] as Difference[], skipped: [] as { line: number; method: string }[] };
  for (const incarnation of tape.incarnations) {
    await replayProcess(incarnation, plugin, {
      ...{ name, report, reveal: options.reveal, config: options.config, manifest: options.manifest },
      ...{ codec: options.codec, clock: options.clock ?? systemClock, patienceMs: options.patienceMs ?? 2_000 },
    });
  }
  return report;
}
