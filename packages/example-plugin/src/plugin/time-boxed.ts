import { createContext, Script } from "node:vm";

const context = createContext({ task: undefined });
const script = new Script("task()");

/**
 * Runs synchronous code that somebody else's input could keep busy for minutes, and ends it after `ms`. Meanwhile the
 * process does nothing else: keep it well below the host's patience with a worker that answers no ping (10 s).
 *
 * @throws what `task` throws, and an Error when its time is up.
 */
export function timeBoxed<T>(task: () => T, ms: number): T {
  context.task = task;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new Error(`it took more than ${ms} ms`);
  } finally {
    context.task = undefined;
  }
}
