import { expect, test } from "vitest";
import { greeter } from "./contracts/greeter.js";
import { startWorker } from "./support/worker-process.js";

// What it loads at its first write, which is its answer to `initialize`.
const TELLS_LOADED = `data:text/javascript,
  const { write } = process.stdout;
  let isFirst = true;
  process.stdout.write = function (...args) {
    if (isFirst) process.stderr.write("loaded " + process.moduleLoadList.join());
    isFirst = false;
    return write.apply(this, args);
  };`;

test("a worker loads neither threads nor performance hooks before its first answer", async () => {
  const worker = startWorker("greeter", greeter, { execArgv: ["--import", TELLS_LOADED.replaceAll("\n", "")] });
  await worker.initialize();
  await expect.poll(worker.stderr).toContain("loaded ");
  expect(worker.stderr()).toContain("NativeModule net");
  expect(worker.stderr()).not.toMatch(/NativeModule (worker_threads|perf_hooks)\b/);
});

test("a plugin in a process of its own is greeted, called, streamed, and shut down", async () => {
  const seen: unknown[] = [];
  const worker = startWorker("greeter", greeter, {
    handle: (call) => {
      seen.push(call.params, call.meta?.invocationId);
      return "Lady";
    },
  });
  const answer = await worker.initialize();
  expect(answer).toMatchObject({ protocol: 1, contract: { name: "acme.greeter", version: 1 } });
  expect(answer.methods).toEqual(["greet", "tail", "flush"]);
  expect(answer.features).not.toContain("setup");

  const invocation = { id: "k3f9.7", scope: { tenant: "t1" } };
  const result = await worker.peer.request("greet", { name: "Ada" }, { meta: { invocation } });
  expect(result).toEqual({ text: "Hello Lady Ada! " });
  expect(seen).toEqual([{ key: "Ada" }, "k3f9.7"]);
  expect(worker.logs).toMatchObject([{ level: "info", message: "greeting", meta: { name: "Ada" } }]);

  const lines: unknown[] = [];
  for await (const line of worker.peer.stream("tail", { file: "a.log" })) lines.push(line);
  expect(lines).toEqual(["a.log:1", "a.log:2", "a.log:3"]);

  await worker.peer.request("shutdown", {});
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
  expect(worker.stderr()).toBe("");
});
