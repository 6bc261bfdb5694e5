const UNREADABLE = "a value that cannot be read";

/** The message of whatever was thrown. Never throws, whatever the value does when looked at: it may be a revoked proxy. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return UNREADABLE;
  }
}

/** The same with the stack, where there is one. */
export function stackOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown);
  } catch {
    return UNREADABLE;
  }
}
