import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** An entry whose contents were not what the host pinned. */
export class IntegrityError extends Error {
  readonly expected: string;
  readonly actual: string;

  constructor(file: string, expected: string, actual: string) {
    super(
      `entry ${file}: expected sha256 ${expected}, got ${actual}; it was changed since it was pinned: restore it, or pin the new hash after review`,
    );
    this.name = "IntegrityError";
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * Checks a file against a pinned hash, just before it is run.
 * @param sha256 64 hexadecimal digits
 * @throws IntegrityError when they differ; TypeError when the pin is no sha256; what reading the file throws.
 */
export async function checkIntegrity(file: string, sha256: string): Promise<void> {
  if (!/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new TypeError(`integrity.sha256: expected 64 hexadecimal digits, got ${JSON.stringify(sha256)}`);
  }
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest("hex");
  if (actual !== sha256.toLowerCase()) throw new IntegrityError(file, sha256.toLowerCase(), actual);
}
