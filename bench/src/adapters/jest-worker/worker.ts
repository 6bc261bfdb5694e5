import { messageParent } from "jest-worker";
import { workerMethods } from "../../shared/worker-methods.js";

export const { add, review, text, bytes, items } = workerMethods({ item: (seq) => messageParent(seq) });
