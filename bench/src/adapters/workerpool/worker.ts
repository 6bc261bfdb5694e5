import workerpool from "workerpool";
import { workerMethods } from "../../shared/worker-methods.js";

workerpool.worker(workerMethods({ item: (seq) => workerpool.workerEmit(seq) }));
