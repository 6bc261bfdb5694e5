import { execFile } from "node:child_process";

const ASK_MS = 10_000;
const MAX_KNOWN = 64;
const QUESTION = "JSON.stringify([...process.allowedNodeEnvironmentFlags])";

const known = new Map<string, Promise<ReadonlySet<string>>>();

/**
 * The flags a Node knows. Another Node than the host's is asked, once for each path; a failure is not remembered.
 * @throws Error telling what it did instead of answering
 */
export function nodeFlags(
  nodePath: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlySet<string>> {
  if (nodePath === process.execPath) return Promise.resolve(process.allowedNodeEnvironmentFlags);
  const key = JSON.stringify([nodePath, env.PATH]);
  const asked = known.get(key);
  if (asked !== undefined) return asked;
  const answer = ask(nodePath, env);
  known.set(key, answer);
  const [oldest] = known.keys();
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  answer.catch(() => {
    if (known.get(key) === answer) known.delete(key);
  });
  return answer;
}

async function ask(nodePath: string, env: Readonly<Record<string, string | undefined>>): Promise<ReadonlySet<string>> {
  const told = await new Promise<string>((resolve, reject) => {
    const options = {
      // What a worker's options preload is not to run here.
      env: { ...env, NODE_OPTIONS: undefined },
      timeout: ASK_MS,
      killSignal: "SIGKILL",
      maxBuffer: 1024 * 1024,
      windowsHide: true,
    } as const;
    const child = execFile(nodePath, ["-p", QUESTION], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          unusable(nodePath, error.killed === true ? `it did not answer within ${ASK_MS} ms` : why(error, stderr)),
        );
    });
    child.stdin?.on("error", () => {}).end();
  });
  let flags: unknown;
  try {
    flags = JSON.parse(told);
  } catch {
    // Told below.
  }
  if (Array.isArray(flags) && flags.every((flag) => typeof flag === "string")) return new Set(flags);
  throw unusable(nodePath, `it answered ${JSON.stringify(told.slice(0, 200))}`);
}

function why(error: Error, stderr: string): string {
  return stderr.trim() === "" ? error.message : stderr.trim().slice(0, 500);
}

function unusable(nodePath: string, what: string): Error {
  return new Error(
    `permissions: asked ${nodePath} which flags it knows, expected the answer of a Node, but ${what}; correct nodePath, or leave permissions out`,
  );
}
