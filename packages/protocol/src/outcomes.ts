export { addAbortListener, removeAbortListener } from "./abort-listeners.js";
export { guarded, isThenable } from "./guarded-callback.js";
export { handled, rejected } from "./handled-promise.js";
export { failedStream } from "./stream-reader.js";
