import { HANG_MARK, HANG_PLACE_SOURCE } from "@outrigger/protocol";

/** The variable of its environment that tells the locator the address of an inspector. */
export const INSPECTOR = "OUTRIGGER_INSPECTOR";

/**
 * A process that names where the main thread of another one stands, as CommonJS text, by that one's inspector. A process of
 * its own, because what answers there, and the files it names, are the plugin's: neither may keep the host busy or fill its
 * memory.
 *
 * Writes what it found to stdout as a hang report. The inspector stays open: closing one crashes Node 20 and 24 now and then.
 */
export const LOCATOR_PROCESS_SOURCE = `
${HANG_PLACE_SOURCE}
const LARGEST_RSS = 256 * 1024 * 1024;
// Longer ones are scripts with their source maps, which are read as files.
const LONGEST_MESSAGE = 8 * 1024 * 1024;
const LONGEST_LIFE_MS = 10_000;
// The host ends it before; but the host may be gone.
setTimeout(() => process.exit(1), LONGEST_LIFE_MS).unref();
setInterval(() => { if (process.memoryUsage.rss() > LARGEST_RSS) process.exit(1); }, 20).unref();

const socket = new WebSocket(process.env.${INSPECTOR});
const listeners = new Map();
const answers = new Map();
let id = 0;
const session = {
  on: (event, listener) => listeners.set(event, listener),
  post(method, params, done) {
    if (typeof params === "function") [params, done] = [undefined, params];
    if (done) answers.set(++id, done);
    else id++;
    socket.send(JSON.stringify({ id, method, params }));
  },
  disconnect() {},
};
socket.onmessage = ({ data }) => {
  if (data.length > LONGEST_MESSAGE) return;
  const message = JSON.parse(data);
  if (message.method) return listeners.get(message.method)?.(message);
  const done = answers.get(message.id);
  answers.delete(message.id);
  done?.(message.error, message.result);
};
socket.onerror = () => process.exit(1);
socket.onclose = () => process.exit(1);
socket.onopen = () => locate(session, ({ heapUsed, ...place }) => {
  // Nobody is waited for who may not let go.
  const report = JSON.stringify({ ...place, stalledMs: 0, memory: { rss: 0, heapUsed } });
  process.stdout.write(${JSON.stringify(HANG_MARK)} + report.slice(1), () => process.exit());
});
`;
