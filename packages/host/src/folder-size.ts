import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** A file takes so much at least, on most disks. */
const BLOCK_BYTES = 4096;

/**
 * Whether what is in a folder takes more bytes than that; links count as themselves. Looks no further than it must: a plugin
 * may have put a million files there.
 */
export async function isLargerFolder(folder: string, maxBytes: number): Promise<boolean> {
  let bytes = 0;
  for await (const { parentPath, name } of await opendir(folder, { recursive: true })) {
    bytes += Math.max(BLOCK_BYTES, (await lstat(join(parentPath, name))).size);
    if (bytes > maxBytes) return true;
  }
  return false;
}
