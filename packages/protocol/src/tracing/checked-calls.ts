import { reasonOf } from "../call-errors.js";
import { ErrorCode, isRpcError, RpcError } from "../errors.js";
import { rejected } from "../handled-promise.js";
import { failedStream } from "../stream-reader.js";
import { type CallOptionNames, checkCall } from "./call-checks.js";
import type { WorkerCalls } from "./traced-calls.js";

/**
 * The same calls, as their callers see them: none throws. One whose method or options cannot be is refused: by its promise,
 * by its reader; of a notification, which is not sent, `onRefused` is told.
 */
export function checkedCalls<Options extends object>(
  names: CallOptionNames,
  calls: WorkerCalls<Options>,
  onRefused: (message: string) => void,
): WorkerCalls<Options> {
  return {
    request(method, params, options) {
      try {
        checkCall(names.request, method, options);
        return calls.request(method, params, options);
      } catch (error) {
        return rejected(refusal(method, error));
      }
    },
    notify(method, params, options) {
      try {
        checkCall(names.notification, method, options);
        return calls.notify(method, params, options);
      } catch (error) {
        onRefused(refusal(method, error).message);
        return false;
      }
    },
    stream(method, params, options) {
      try {
        checkCall(names.stream, method, options);
        return calls.stream(method, params, options);
      } catch (error) {
        return failedStream(refusal(method, error));
      }
    },
  };
}

/** What a getter of the options threw is nobody's error but theirs. */
function refusal(method: string, error: unknown): RpcError {
  if (isRpcError(error)) return error;
  const text = `${String(method)}: its options cannot be read: ${reasonOf(error)}`;
  return new RpcError(ErrorCode.INVALID_PARAMS, text, { cause: error });
}
