import { parentPort } from "node:worker_threads";
import { expose } from "comlink";
import { workerApi } from "./api.js";
import { nodeEndpoint } from "./node-endpoint.js";

if (parentPort !== null) expose(workerApi, nodeEndpoint(parentPort));
