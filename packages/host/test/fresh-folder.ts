import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Gives each test of a file a folder of its own, which goes with it. */
export function inFreshFolder(prepare: (folder: string) => void): void {
  let folder = "";
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-test-")));
    prepare(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
}
