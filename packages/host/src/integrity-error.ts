/** An entry whose contents are not what the host pinned. Nothing was run. */
export class IntegrityError extends Error {
  readonly file: string;
  readonly expected: string;
  readonly actual: string;

  constructor(file: string, expected: string, actual: string) {
    super(`entry ${file}: expected ${expected}, got ${actual}`);
    this.name = "IntegrityError";
    this.file = file;
    this.expected = expected;
    this.actual = actual;
  }
}
