/** A rejection nobody awaits must not end the process. Returns the promise itself. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A rejection that nobody has to await. */
export function rejected(error: unknown): Promise<never> {
  return handled(Promise.reject(error));
}
