import "../outrigger/worker.js";
