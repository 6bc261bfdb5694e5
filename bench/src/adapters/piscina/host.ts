import { Piscina } from "piscina";
import type { Adapter } from "../../link.js";
import { workerFile } from "../../shared/child.js";
import { methodCalls, nativeBytes } from "../../shared/method-link.js";

export const open: Adapter["open"] = () => ({
  async start() {
    const pool = new Piscina({
      filename: workerFile(import.meta.url),
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1024,
    });
    const request = (name: string, params: unknown): Promise<unknown> => pool.run(params, { name });
    return { ...methodCalls(request), bytes: nativeBytes(request), stop: () => pool.destroy() };
  },
});
