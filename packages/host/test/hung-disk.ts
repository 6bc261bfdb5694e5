import { execFileSync } from "node:child_process";
import { join } from "node:path";

const NAME = "hung-disk";

/** A pipe: opening it takes as long as nobody reads it, as a file on a disk that hangs does. Not on Windows. */
export function makeHungDisk(folder: string): string {
  const path = join(folder, NAME);
  execFileSync("mkfifo", [path]);
  return path;
}

/** What `vi.mock("node:fs/promises", …)` makes of it, so that such a pipe looks like a file. */
export async function withHungDisks(original: <T>() => Promise<T>) {
  const real = await original<typeof import("node:fs/promises")>();
  return {
    ...real,
    stat: (path: string) => (path.endsWith(NAME) ? real.lstat(process.execPath) : real.stat(path)),
  };
}
