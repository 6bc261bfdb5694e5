/** Told of every call of a peer that is over, on the hot path: for figures. Must not throw. */
export interface CallMeter {
  /**
   * A call of this end settled after so many ms, `undefined` when it was refused before it was sent; with its error. A stream
   * that its reader left has none.
   */
  called(method: string, ms: number | undefined, error: unknown): void;
  /** A call was handled in so many ms, `undefined` when it was refused; with the code of the error it was answered with. */
  served(method: string, ms: number | undefined, code: number | undefined): void;
  /** A few calls that came together were handled well, the last in so many ms, none in more: told when it is over, or a little later. */
  servedTogether(method: string, ms: number, count: number): void;
}
