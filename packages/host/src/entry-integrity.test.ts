import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { checkIntegrity, checkPin } from "./entry-integrity.js";

const file = fileURLToPath(import.meta.url);

it.each(["sha256", "sha384", "sha512"])("an entry that has its %s passes", async (algorithm) => {
  const pin = `${algorithm}-${createHash(algorithm)
    .update(await readFile(file))
    .digest("base64")}`;
  checkPin(pin);
  await checkIntegrity(file, pin);
});

it("a changed entry is refused, with both hashes", async () => {
  const pin = `sha256-${"A".repeat(43)}=`;
  checkPin(pin);
  await expect(checkIntegrity(file, pin)).rejects.toMatchObject({
    ...{ name: "IntegrityError", file, expected: pin },
    actual: expect.stringMatching(/^sha256-.{43}=$/),
  });
});

it.each([
  ["hexadecimal digits", "0".repeat(64)],
  ["a hash too short", "sha256-AAAA"],
  ["a weak hash", `sha1-${"A".repeat(27)}=`],
  ["two hashes", `sha256-${"A".repeat(43)}= sha256-${"B".repeat(43)}=`],
  ["no text", 7],
])("a pin of %s is a mistake of the integrator, said so", (_, pin) => {
  expect(() => checkPin(pin)).toThrow(/integrity: expected "sha256-".*got/);
});
