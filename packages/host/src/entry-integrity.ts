import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { IntegrityError } from "./integrity-error.js";
import { invalidOption, shown } from "./option-checks.js";

/** Base64 characters of each hash that subresource integrity knows. */
const FORM = /^(?:sha256-[A-Za-z0-9+/]{43}=|sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}==)$/;

/** @throws RpcError INVALID_PARAMS unless it is one hash in the form of subresource integrity */
export function checkPin(pin: unknown): void {
  if (typeof pin === "string" && FORM.test(pin)) return;
  throw invalidOption(
    `integrity: expected "sha256-" (or sha384-, sha512-) and the hash in base64, got ${shown(pin)}; make one with: openssl dgst -sha256 -binary plugin.js | openssl base64 -A`,
  );
}

/**
 * Checks a file against its pin.
 * @throws IntegrityError when they differ; what reading the file throws
 */
export async function checkIntegrity(file: string, pin: string): Promise<void> {
  const [algorithm = ""] = pin.split("-", 1);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  const actual = `${algorithm}-${hash.digest("base64")}`;
  if (actual !== pin) throw new IntegrityError(file, pin, actual);
}
