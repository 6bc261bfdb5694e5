/** Runs somebody else's callback: what it throws, or its promise rejects with, goes to `failed` and nowhere else. */
export function guarded(callback: () => unknown, failed: (error: unknown) => void): void {
  try {
    const outcome = callback();
    if (isThenable(outcome)) Promise.resolve(outcome).then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
