/**
 * Whether this is a thread of its process. Node forbids threads to change the directory, before it looks at what to; where
 * that does not tell, the module is asked that takes longer to load.
 */
export function isWorkerThread(): boolean {
  try {
    (process.chdir as () => void)();
  } catch (error) {
    if ((error as { readonly code?: unknown } | null)?.code === "ERR_INVALID_ARG_TYPE") return false;
  }
  return !process.getBuiltinModule("node:worker_threads").isMainThread;
}
