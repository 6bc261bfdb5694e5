import type { Host, Worker } from "@outrigger/host";
import { isRpcError } from "@outrigger/protocol";
import type { soakContract } from "./soak-contract.js";

export type SoakHost = Host<typeof soakContract>;
export type SoakWorker = Worker<typeof soakContract>;

const CALL_TIMEOUT_MS = 5_000;
const STREAM_ITEMS = 400;

/** What became of the calls. */
export interface CallTally {
  made: number;
  /** Calls that came to an end, and did not come to a second one. */
  settled: number;
  settledTwice: number;
  answered: number;
  /** Another call's answer, another worker's, another tenant's, a stream that ended early as if it were whole. */
  wrong: number;
  /** Something was thrown that is no RpcError. */
  oddErrors: number;
  /** It ran although its error said that it had not, or ran twice. */
  ranWrongly: number;
  readonly failed: Record<string, number>;
}

export function createLoad(random: () => number) {
  const tally: CallTally = {
    made: 0,
    settled: 0,
    settledTwice: 0,
    answered: 0,
    wrong: 0,
    oddErrors: 0,
    ranWrongly: 0,
    failed: {},
  };
  const ran = new Map<number, number>();
  const open = new Set<number>();

  const settle = (n: number): void => {
    if (open.delete(n)) tally.settled++;
    else tally.settledTwice++;
  };
  const succeed = (n: number, isRight: boolean): void => {
    settle(n);
    ran.delete(n);
    if (isRight) tally.answered++;
    else tally.wrong++;
  };
  const fail = (n: number, error: unknown): void => {
    settle(n);
    if (!isRpcError(error)) {
      tally.oddErrors++;
      return;
    }
    const name = error.codeName ?? String(error.code);
    tally.failed[name] = (tally.failed[name] ?? 0) + 1;
    if ((error.data as { mayHaveRun?: unknown } | undefined)?.mayHaveRun === false && ran.has(n)) tally.ranWrongly++;
    ran.delete(n);
  };

  const readStream = async (worker: SoakWorker, n: number): Promise<void> => {
    let next = 0;
    try {
      for await (const item of worker.stream("count", { to: STREAM_ITEMS }, { timeoutMs: CALL_TIMEOUT_MS })) {
        if (item.n !== next++) tally.wrong++;
      }
      succeed(n, next === STREAM_ITEMS);
    } catch (error) {
      fail(n, error);
    }
  };

  return {
    tally,
    /** Calls that have not come to an end. */
    open,
    /** A handler told that the call runs. */
    ran(n: number): void {
      if (!open.has(n)) return;
      const times = (ran.get(n) ?? 0) + 1;
      ran.set(n, times);
      if (times > 1) tally.ranWrongly++;
    },
    call(worker: SoakWorker): void {
      const n = tally.made++;
      const kind = random();
      const tenant = `tenant-${n % 7}`;
      open.add(n);
      if (kind < 0.1) {
        void readStream(worker, n);
        return;
      }
      const options = { timeoutMs: CALL_TIMEOUT_MS, scope: { tenant } };
      const isRight =
        kind < 0.25
          ? worker.request("nested", { n }, options).then((answer) => answer.n === n && answer.tenant === tenant)
          : kind < 0.35
            ? worker.request("slow", { n, ms: Math.floor(random() * 400) }, options).then((answer) => answer.n === n)
            : worker.request("echo", { n }, options).then((answer) => answer.n === n && answer.worker === worker.id);
      isRight.then(
        (right) => succeed(n, right),
        (error: unknown) => fail(n, error),
      );
    },
    /** Waits until every call has come to its end, or none of them can any more. */
    async drained(): Promise<void> {
      const until = performance.now() + 2 * CALL_TIMEOUT_MS;
      while (open.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
