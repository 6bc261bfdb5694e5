import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tapeLauncher } from "./tape-launcher.js";

test("a tape that could not be read is read anew at the next launch", async () => {
  const folder = await mkdtemp(join(tmpdir(), "outrigger-tape-launcher-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "late.tape");
  const launcher = tapeLauncher(file);
  const launch = async () => launcher.launch({ workerId: "w", env: {} });
  await expect(launch()).rejects.toThrow(/ENOENT/);
  await writeFile(file, "no tape");
  await expect(launch()).rejects.toThrow(/expected the header of a tape/);
});
