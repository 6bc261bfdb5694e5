import { workerMethods } from "../../shared/worker-methods.js";

/** Piscina calls the named export of this file. */
export const { add, review, text, bytes } = workerMethods({});
