import { HANG_PLACE_SOURCE, NOT_IN_JAVASCRIPT } from "@outrigger/protocol";

/**
 * The thread that names where the main thread stands, as CommonJS text, asked with `{ patienceMs }`. In native code nothing
 * pauses; it says so after `patienceMs`, and names the place when that ends and the pause comes.
 *
 * Tells its parent what it found, with `isLast` when nothing more comes. It lives as long as the process: Node aborts when a
 * thread ends whose inspector session the main thread is just closing.
 */
export const LOCATOR_THREAD_SOURCE = `
const { parentPort } = require("node:worker_threads");
const { Session } = require("node:inspector");
${HANG_PLACE_SOURCE}
parentPort.on("message", ({ patienceMs }) => {
  const session = new Session();
  const late = setTimeout(() => parentPort.postMessage({ note: ${JSON.stringify(NOT_IN_JAVASCRIPT)} }), patienceMs);
  const finish = (found) => {
    clearTimeout(late);
    parentPort.postMessage({ ...found, isLast: true });
  };
  try {
    session.connectToMainThread();
    locate(session, finish);
  } catch (error) {
    finish({ note: "the place is unknown: " + error.message });
  }
});
`;
