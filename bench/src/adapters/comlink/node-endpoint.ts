import { createRequire } from "node:module";
import type { Endpoint } from "comlink";

/** comlink's ES module of this is not reachable by name in Node: its folder has no `exports`. */
export const nodeEndpoint = createRequire(import.meta.url)("comlink/dist/umd/node-adapter.js") as (
  port: object,
) => Endpoint;
