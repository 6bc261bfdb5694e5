/**
 * Names where a main thread stands, as CommonJS text for the places that look: a thread of the worker, and a process beside
 * it. It has V8 pause the main thread for a moment, which works in endless loops, regular expressions and `Atomics.wait`,
 * and lets it go on.
 *
 * `locate(session, tell)` takes a `session` of V8's inspector, with `post`, `on` and `disconnect` as of `node:inspector`, and
 * tells `{ functionName, file, line, column, stack, heapUsed }` once.
 */
export const HANG_PLACE_SOURCE = `
const { SourceMap } = require("node:module");
const { closeSync, constants, fstatSync, openSync, readSync } = require("node:fs");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { isAbsolute } = require("node:path");

const FRAMES = 12;
const TRIES = 30;
const LARGEST_FILE = 64 * 1024 * 1024;
const shown = (text, max) => text.length > max ? text.slice(0, max - 1) + "…" : text;
const urlOf = (file) => isAbsolute(file) ? pathToFileURL(file).href : file;
const pathOf = (url) => url.startsWith("file:") ? fileURLToPath(url) : url;
// No more than a file says that it has: those of /proc say nothing, and have no end.
const read = (url) => {
  const file = openSync(new URL(url), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > LARGEST_FILE) throw new Error("no file, or too large");
    const bytes = Buffer.alloc(stats.size);
    let length = 0;
    for (let got = 1; got > 0 && length < bytes.length; length += got) got = readSync(file, bytes, { offset: length });
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
};

// Where the file names a source map, inline or beside it.
const maps = new Map();
const mapOf = (url) => {
  if (!maps.has(url)) {
    maps.set(url, undefined);
    try { maps.set(url, readMap(url)); } catch {}
  }
  return maps.get(url);
};
const readMap = (url) => {
  const code = read(url);
  const at = code.lastIndexOf("sourceMappingURL=");
  if (at === -1) return undefined;
  const link = code.toString("utf8", at + 17).split(/\\s/, 1)[0];
  const data = /^data:[^,]*?(;base64)?,/.exec(link);
  const base = data ? url : new URL(link, url).href;
  const rest = data && link.slice(data[0].length);
  const text = !data ? read(base).toString() : data[1] ? Buffer.from(rest, "base64").toString() : decodeURIComponent(rest);
  const payload = JSON.parse(text);
  return { base, root: payload.sourceRoot, map: new SourceMap(payload) };
};

const original = (frame) => {
  const entry = frame.url.startsWith("file:") ? mapOf(frame.url) : undefined;
  const found = entry && entry.map.findEntry(frame.line - 1, frame.column - 1);
  if (!found || found.originalSource === undefined) return { ...frame, file: pathOf(frame.url) };
  const root = entry.root ? new URL(entry.root.replace(/\\/?$/, "/"), entry.base).href : entry.base;
  const url = new URL(found.originalSource, root).href;
  return { ...frame, file: pathOf(url), line: found.originalLine + 1, column: found.originalColumn + 1 };
};
const place = (frame) => {
  let found;
  try { found = original(frame); } catch { found = { ...frame, file: frame.url }; }
  const { functionName, file, line, column } = found;
  return { functionName: shown(functionName, 200), file: shown(file, 500), line, column };
};

const locate = (session, tell) => {
  const scripts = new Map();
  let tries = 0;
  session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
  session.on("Debugger.paused", ({ params }) => {
    const frames = params.callFrames.slice(0, FRAMES).map(({ functionName, location, url }) => ({
      functionName,
      url: urlOf(url || scripts.get(location.scriptId) || ""),
      line: location.lineNumber + 1,
      column: (location.columnNumber ?? 0) + 1,
    }));
    // Node's own code is not where the mistake is. A promise that spins passes through it: another moment shows more.
    const own = frames.findIndex(({ url }) => !url.startsWith("node:"));
    if (own === -1 && ++tries < TRIES) {
      // While paused, asking for a pause asks for nothing.
      session.post("Debugger.resume", () => setTimeout(() => session.post("Debugger.pause"), tries));
      return;
    }
    let heapUsed;
    session.post("Runtime.getHeapUsage", (error, usage) => { heapUsed = usage?.usedSize; });
    session.post("Debugger.resume", () => {
      session.disconnect();
      const stack = frames.map(place);
      tell({ ...stack[Math.max(own, 0)], stack, heapUsed });
    });
  });
  session.post("Debugger.enable");
  session.post("Debugger.pause");
};
`;
