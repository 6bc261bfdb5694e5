import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { checkIntegrity } from "./entry-integrity.js";

const file = fileURLToPath(import.meta.url);

it("an entry that is what was pinned passes, in either case of the digits", async () => {
  const sha256 = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  await checkIntegrity(file, sha256);
  await checkIntegrity(file, sha256.toUpperCase());
});

it("a changed entry is refused, with both hashes", async () => {
  await expect(checkIntegrity(file, "0".repeat(64))).rejects.toMatchObject({
    name: "IntegrityError",
    expected: "0".repeat(64),
    actual: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

it("a pin that is no sha256 is a mistake of the integrator, said so", async () => {
  await expect(checkIntegrity(file, "abc")).rejects.toThrow('expected 64 hexadecimal digits, got "abc"');
});
