import { defineContract, isRpcError, request } from "@outrigger/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime, settled } from "./fake-clock.js";
import { fakeLauncher } from "./fake-launcher.js";

const params = z.object({ n: z.int(), answers: z.int() });
const contract = defineContract({
  name: "acme.chaos",
  version: 1,
  hostToWorker: {
    look: request({ params, result: z.int(), idempotent: true }),
    change: request({ params, result: z.int() }),
  },
});

const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("call" as const), again: fc.boolean(), answers: fc.nat(3) }) },
  fc.record({ type: fc.constant("cancel" as const), which: fc.nat(20) }),
  fc.record({
    type: fc.constantFrom("kill" as const, "exit" as const, "restart" as const, "stop" as const, "start" as const),
  }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
);

it("every call settles exactly once and runs at most twice, whatever its worker dies of", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
      const runtime = fakeRuntime();
      const runs = new Map<number, Set<number>>();
      let launches = 0;
      /** Answers calls from the launch their params name. */
      const run = (launch: number) => (given: unknown) => {
        const { n, answers } = given as { n: number; answers: number };
        const before = runs.get(n) ?? new Set();
        expect(before.has(launch)).toBe(false);
        runs.set(n, before.add(launch));
        return launch % 4 >= answers ? n : new Promise(() => {});
      };
      const launcher = fakeLauncher(contract, (launch) => {
        launches = launch;
        return { handlers: { look: run(launch), change: run(launch) } };
      });
      const host = createHost(contract, { runtime, logger: silent, timeouts: { drainMs: 500 } });
      const worker = await host.start("w", { launcher });
      const calls: { method: string; settled: number; ok: boolean; error: unknown; controller: AbortController }[] = [];
      for (const step of acts) {
        if (step.type === "call") {
          const controller = new AbortController();
          const call = {
            method: step.again ? "look" : "change",
            settled: 0,
            ok: false,
            error: undefined as unknown,
            controller,
          };
          const n = calls.push(call) - 1;
          worker.request(call.method as "look", { n, answers: step.answers }, { signal: controller.signal }).then(
            (value) => Object.assign(call, { settled: call.settled + 1, ok: value === n }),
            (error: unknown) => Object.assign(call, { settled: call.settled + 1, error }),
          );
        } else if (step.type === "cancel") calls[step.which]?.controller.abort();
        else if (step.type === "wait") await runtime.advance(step.ms);
        else if (step.type === "kill") launcher.alive()[0]?.die("SIGKILL");
        else if (step.type === "exit") launcher.alive()[0]?.exit(1);
        else worker[step.type]().catch(() => {});
        if (step.type !== "call") await settled();
      }
      await runtime.advance(60_000);
      const closed = host.close();
      await runtime.advance(60_000);
      await closed;
      await settled();
      for (const [n, { method, settled: times, ok, error }] of calls.entries()) {
        expect(times).toBe(1);
        expect(ok || isRpcError(error)).toBe(true);
        expect(runs.get(n)?.size ?? 0).toBeLessThanOrEqual(method === "look" ? 2 : 1);
        const data = (error as { data?: { mayHaveRun?: boolean } } | undefined)?.data;
        if (data?.mayHaveRun === false) expect(runs.get(n)?.size ?? 0).toBe(0);
      }
      expect(launches).toBeGreaterThan(0);
      expect([worker.diagnostics().resends.waiting, runtime.timers()]).toEqual([0, []]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
