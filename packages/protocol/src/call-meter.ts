import { guarded } from "./guarded-callback.js";

/** Told of every call of a peer that is over, on the hot path: for figures. What it throws is reported, and changes nothing. */
export interface CallMeter {
  /**
   * A call of this end settled after so many ms, `undefined` when it was refused before it was sent; with its error. A stream
   * that its reader left has none.
   */
  called(method: string, ms: number | undefined, error: unknown): void;
  /**
   * A call was handled in so many ms, `undefined` when it was refused; with the code of the error it was answered with. Or
   * `times` calls that came together were, and went well: the last in so many ms, none in more; told when it is over, or a
   * little later.
   */
  served(method: string, ms: number | undefined, code: number | undefined, times: number): void;
}

/** A meter whose exceptions go to `failed`, and nowhere else. */
export function guardedMeter(meter: CallMeter, failed: (error: unknown) => void): CallMeter {
  return {
    called: (method, ms, error) => guarded(() => meter.called(method, ms, error), failed),
    served: (method, ms, code, times) => guarded(() => meter.served(method, ms, code, times), failed),
  };
}
