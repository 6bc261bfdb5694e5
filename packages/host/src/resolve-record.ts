import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Codec, type Contract, jsonCodec } from "@outrigger/protocol";
import { checkKeys } from "@outrigger/protocol/authority";
import type { HostRuntime } from "./host-runtime.js";
import { checkCounts, invalidOption, shown, withDefaults } from "./option-checks.js";
import { createTapeFile, DEFAULT_TAPE_BOUNDS, type RecordOptions, type TapeFile } from "./tape-file.js";
import type { WorkerLimits } from "./worker-spec.js";

/** The recording that the option `record` asks for. @throws RpcError INVALID_PARAMS naming the option */
export function resolveRecord(
  record: string | URL | RecordOptions | undefined,
  workerId: string,
  limits: WorkerLimits["peer"],
  core: { readonly contract: Contract; readonly codec: Codec | undefined; readonly runtime: HostRuntime },
): TapeFile | undefined {
  if (record === undefined) return undefined;
  const options: RecordOptions = typeof record === "string" || record instanceof URL ? { file: record } : record;
  checkKeys("record", options, ["file", "maxBytes", "bufferBytes"]);
  const bounds = withDefaults(DEFAULT_TAPE_BOUNDS, options);
  checkCounts("record", bounds);
  const { contract, codec = jsonCodec, runtime } = core;
  return createTapeFile({ path: pathOf(options.file), bounds, workerId, contract, codec, limits, runtime });
}

function pathOf(file: unknown): string {
  if (file instanceof URL && file.protocol === "file:") return fileURLToPath(file);
  if (typeof file === "string" && file !== "" && !file.includes("\0")) return resolve(file);
  throw invalidOption(`record.file: expected a path or a file URL, got ${shown(file)}`);
}
