import { setFlagsFromString } from "node:v8";

setFlagsFromString("--allow-natives-syntax");
/** Whether V8 keeps an object as a dictionary: each member looked up at each use, no call of one inlined. */
export const isDictionary = new Function("object", "return !%HasFastProperties(object)") as (object: object) => boolean;
setFlagsFromString("--no-allow-natives-syntax");
