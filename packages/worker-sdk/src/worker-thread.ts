/**
 * Whether this is a thread of its process: Node forbids those to change the directory. The module that could be asked takes
 * a millisecond to load.
 */
export function isWorkerThread(): boolean {
  try {
    process.chdir(".");
  } catch (error) {
    return (error as { readonly code?: unknown }).code === "ERR_WORKER_UNSUPPORTED_OPERATION";
  }
  return false;
}
