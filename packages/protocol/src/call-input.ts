import { invalidInput } from "./call-errors.js";
import type { Schema } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { KeptAccount } from "./kept-bytes.js";
import { StreamReader, type StreamReaderHooks } from "./stream-reader.js";
import { validate } from "./validate.js";

/** The handler's end of the input of one call. What arrives for it is told with whether somebody could take it. */
export interface CallInput {
  /** The items. Nothing is sent before this is first asked for: that gives the caller its first credit. */
  open(): StreamReader;
  push(item: unknown, bytes: number): boolean;
  /** An item did not arrive: who reads gets `error`, and the caller is told to stop. */
  fail(error: RpcError): void;
  /** The caller has no more items; with an error, when its input failed. */
  end(error: RpcError | undefined): boolean;
  /** The call is over: who still reads gets `reason`. */
  close(reason: unknown): void;
}

/**
 * How long a handler may take items before its caller hears of it, ms: who waits with an idle timeout is to know that it
 * lives, however large the window is.
 */
const TOLD_WITHIN_MS = 25;

/** Makes the handler's end. At most `window` is ever buffered. */
export function createCallInput(
  method: string,
  schema: Schema,
  window: { readonly items: number; readonly bytes: number },
  hooks: StreamReaderHooks,
  now: () => number,
  kept: KeptAccount,
): CallInput {
  const reader = new StreamReader(window);
  let toldAt = 0;
  const grant = (items: number, bytes: number): void => {
    toldAt = now();
    hooks.grant(items, bytes);
  };
  reader.attach({ grant, cancel: hooks.cancel, keeps: kept.keeps, isDue: () => now() - toldAt >= TOLD_WITHIN_MS });
  let isOpen = false;
  return {
    open() {
      if (!isOpen) {
        isOpen = true;
        if (!reader.isOver) grant(window.items, window.bytes);
      }
      return reader;
    },
    push(item, bytes) {
      if (reader.isOver) return false;
      if (!isOpen) {
        reader.fail(new RpcError(ErrorCode.OVERLOADED, `${method}: the caller sent input before it was asked for any`));
        return false;
      }
      let checked: unknown;
      try {
        checked = validate(schema, item, "input");
      } catch (error) {
        reader.fail(invalidInput(method, error));
        return true;
      }
      return reader.push(checked, bytes);
    },
    fail: (error) => reader.fail(error),
    end(error) {
      if (reader.isOver) return false;
      reader.end(error);
      return true;
    },
    close(reason) {
      reader.abandon(reason);
      kept.close();
    },
  };
}
