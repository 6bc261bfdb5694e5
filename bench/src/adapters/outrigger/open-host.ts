import { pathToFileURL } from "node:url";
import { createHost, type Worker } from "@outrigger/host";
import type { Adapter } from "../../link.js";
import { methodCalls, nativeBytes } from "../../shared/method-link.js";
import { bench } from "./contract.js";

/** A host with everything on that a user gets without asking; calls into the worker that call back carry a scope. */
export const openHost =
  (entry: string, env: { readonly [name: string]: string } = {}): Adapter["open"] =>
  (side) => {
    const host = createHost(bench, {
      handlers: {
        increment: ({ n }) => ({ n: side.increment(n) }),
        event: ({ seq }) => side.event(seq),
      },
    });
    let started = 0;
    return {
      async start() {
        const worker: Worker<typeof bench> = await host.start(`worker-${++started}`, {
          entry: pathToFileURL(entry),
          env,
        });
        const request = (method: string, params: unknown): Promise<unknown> =>
          worker.request(method as "add", params as { a: number; b: number });
        const scope = { tenant: "bench" };
        return {
          ...methodCalls(request),
          bytes: nativeBytes(request),
          async drive(chains, calls) {
            await worker.request("drive", { chains, calls }, { scope });
          },
          async emit(count) {
            await worker.request("emit", { count }, { scope });
          },
          async items(count, onItem) {
            for await (const seq of worker.stream("items", { count })) onItem(seq);
          },
          stop: () => host.remove(worker.id),
        };
      },
      close: () => host.close(),
    };
  };
