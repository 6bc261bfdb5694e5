import { once } from "node:events";
import { createHost, type StartOptions } from "@outrigger/host";
import { isRpcError } from "@outrigger/protocol";
import { pino } from "pino";
import { taped } from "./tape-contract.js";

/** A host that has a worker do all kinds of things, and what came of each, by name. */
export async function playSession(start: StartOptions<typeof taped>): Promise<Record<string, unknown>> {
  const noted: string[] = [];
  const asked: string[] = [];
  let running = (): void => {};
  const results: Record<string, unknown> = {};
  await using host = createHost(taped, {
    logger: pino({ level: "silent" }),
    restart: { initialDelayMs: 1 },
    handlers: {
      "state.get"({ key }, { scope }) {
        asked.push(`${key} of ${scope.tenant}`);
        return key === "Ada" ? `Countess of ${scope.tenant}` : null;
      },
      async running(_, { signal }) {
        running();
        await once(signal, "abort");
        return null;
      },
      noted: ({ text }) => void noted.push(text),
    },
  });
  const worker = await host.start("w", start);
  const scope = { tenant: "t1" };
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.catch((error) => (isRpcError(error) ? (error.codeName ?? { code: error.code, data: error.data }) : error));

  const steps: number[] = [];
  results.greeting = await worker.request(
    "greet",
    { name: "Ada", times: 2 },
    { scope, onProgress: ({ step }) => steps.push(step) },
  );
  results.steps = steps;
  // Two at once: each gets the answers to its own.
  results.both = await Promise.all(
    ["Bob", "Ada"].map((name) => worker.request("greet", { name }, { scope: { tenant: name } })),
  );
  results.login = await worker.request("login", { user: "ada", token: "s3cret" });
  const items: number[] = [];
  for await (const item of worker.stream("count", { to: 600 })) items.push(item);
  results.items = items.reduce((sum, item) => sum + item, 0);
  for await (const item of worker.stream("count", {}, { window: { items: 4 } })) if (item === 10) break;
  results.reversed = Array.from(await worker.request("reverse", { bytes: new Uint8Array([1, 2, 255]) }));
  results.sum = await worker.request("sum", {}, { input: [1, 2, 3] });
  results.failed = await codeOf(worker.request("fail", {}));
  worker.notify("note", { text: "noted" });

  const abort = new AbortController();
  const isRunning = new Promise<void>((resolve) => {
    running = resolve;
  });
  const waiting = worker.request("wait", {}, { signal: abort.signal });
  await isRunning;
  abort.abort();
  results.cancelled = await codeOf(waiting);

  const restarted = new Promise((resolve) => host.once("restarted", resolve));
  const exits: unknown[] = [];
  host.on("exit", ({ reason, code }) => exits.push([reason, code]));
  results.crashed = await codeOf(worker.request("exit-with", { code: 7 }));
  await restarted;
  results.again = await worker.request("greet", { name: "Bob" }, { scope });
  await host.close();
  return { ...results, exits, noted, asked: asked.sort() };
}
