import { rejected } from "../handled-promise.js";
import type { PeerCallOptions } from "../outgoing-call.js";
import { failedStream, type StreamReader } from "../stream-reader.js";
import { checkPluginCall } from "./call-checks.js";

/** What a plugin's request comes to that cannot be made; `undefined` when it can. */
export function refusedRequest(method: unknown, options: PeerCallOptions | undefined): Promise<never> | undefined {
  try {
    checkPluginCall(method, options);
    return undefined;
  } catch (error) {
    return rejected(error);
  }
}

/** The same of a stream. */
export function refusedStream(method: unknown, options: PeerCallOptions | undefined): StreamReader | undefined {
  try {
    checkPluginCall(method, options);
    return undefined;
  } catch (error) {
    options?.onSettled?.(error);
    return failedStream(error);
  }
}
