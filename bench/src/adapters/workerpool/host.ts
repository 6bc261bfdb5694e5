import workerpool from "workerpool";
import type { Adapter } from "../../link.js";
import { workerFile } from "../../shared/child.js";
import { methodCalls, nativeBytes } from "../../shared/method-link.js";

export const open: Adapter["open"] = () => ({
  async start() {
    const pool = workerpool.pool(workerFile(import.meta.url), {
      workerType: "process",
      minWorkers: 1,
      maxWorkers: 1,
      forkOpts: { serialization: "advanced" },
    });
    const request = (method: string, params: unknown): PromiseLike<unknown> => pool.exec(method, [params]);
    return {
      ...methodCalls(request),
      bytes: nativeBytes(request),
      async items(count, onItem) {
        await pool.exec("items", [{ count }], { on: onItem });
      },
      async stop() {
        await pool.terminate(true);
      },
    };
  },
});
