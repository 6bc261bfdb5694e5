import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { lineReader } from "../src/channel-lines.js";
import { jsonCodec } from "../src/codec.js";
import { notification, request, stream } from "../src/contract.js";
import { createLineSplitter } from "../src/framing.js";
import { ErrorCode, isRpcError, Peer, RpcError, type Transport, type TransportReceiver } from "../src/index.js";
import { readMessage } from "../src/message-reader.js";
import { envelopeOf } from "../src/unread-message.js";
import { chance, damage, hostileMessage } from "./hostile-messages.js";

const MESSAGES_A_RUN = 2_000;
const RUNS = 500;
const MESSAGE_BYTES = 4_096;
const CALLS = 4;
const DEPTH = 20;

const n = z.object({ n: z.int() });
const served = {
  echo: request({ params: n, result: n }),
  later: request({ params: n, result: n }),
  throws: request({ params: z.unknown(), result: z.unknown() }),
  items: stream({ params: z.unknown(), item: n }),
  note: notification({ params: n }),
};
const called = {
  ask: request({ params: z.object({}), result: n, progress: n }),
  watch: stream({ params: z.object({}), item: n }),
};

/** Bytes in, lines out, at once: the real framing without a pipe. */
function directTransport(onLine: (line: string) => void, onReceived: (line: string) => void) {
  const splitter = createLineSplitter(MESSAGE_BYTES);
  let receiver: TransportReceiver | undefined;
  let isOpen = true;
  const transport: Transport = {
    start: (to) => {
      receiver = to;
    },
    send(line) {
      if (isOpen) onLine(line);
      return isOpen;
    },
    acceptAttachments: () => splitter.acceptAttachments(),
    unsentBytes: () => 0,
    flush: () => Promise.resolve(),
    close: () => {
      isOpen = false;
    },
  };
  return {
    transport,
    get isOpen() {
      return isOpen;
    },
    feed(bytes: Uint8Array, areTogether = true): void {
      splitter.push(bytes);
      const tell = (): void => {
        for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
          onReceived(line);
          receiver?.message(line, splitter.lineBytes());
        }
      };
      try {
        if (areTogether) receiver?.batch(tell);
        else tell();
      } catch (error) {
        if (!isRpcError(error) || error.code !== ErrorCode.MESSAGE_TOO_LARGE) throw error;
        isOpen = false;
        receiver?.closed(error);
      }
    },
  };
}

function must(holds: boolean, promise: string, seen?: unknown): void {
  if (!holds) throw new Error(`${promise}; seen: ${JSON.stringify(seen)?.slice(0, 500)}`);
}

/** A peer with calls of its own in flight, that watches what it is made to do. */
function watchedPeer() {
  const calls: { settled: number }[] = [];
  const answered = new Set<string>();
  const count = { requests: 0, answers: 0, runs: 0, served: 0, called: 0 };
  const asked: number[] = [1];
  const failures: unknown[] = [];
  /** For what runs where the peer catches everything. */
  const note = (holds: boolean, promise: string, seen: unknown): void => {
    if (!holds) failures.push(new Error(`${promise}; seen: ${JSON.stringify(seen)}`));
  };
  const lines = lineReader(jsonCodec);
  const link = directTransport(
    (line) => {
      must(!line.includes("\n"), "one line is one message", line);
      const message = JSON.parse(line) as Record<string, unknown>;
      must(message.jsonrpc === "2.0", "what it writes is of the protocol", line);
      if ("method" in message) {
        if (typeof message.id === "number") asked.push(message.id);
        return;
      }
      must("result" in message !== "error" in message, "an answer is a result or an error", line);
      count.answers++;
      answered.add(JSON.stringify(message.id));
    },
    (line) => {
      const parsed = readMessage(line, lines, { depth: DEPTH, values: 1e9 });
      if (parsed.kind === "request") count.requests++;
      // What is too deep to be looked at is answered when it begins as a request of ours does.
      else if (
        parsed.kind === "invalid" &&
        parsed.answer !== undefined &&
        envelopeOf(line, lines)?.kind === "request"
      ) {
        count.requests++;
      }
    },
  );
  const peer: Peer = new Peer({
    transport: link.transport,
    outgoing: called,
    limits: { messageBytes: MESSAGE_BYTES, depth: DEPTH, incomingCalls: CALLS, outgoingCalls: CALLS, streamItems: 4 },
    serving: {
      methods: served,
      handlerErrorCode: ErrorCode.WORKER_ERROR,
      handle(call) {
        count.runs++;
        note(peer.load.incoming <= CALLS, "calls handled are bounded", peer.load);
        if (call.method !== "throws" && call.method !== "items") {
          note(Number.isInteger((call.params as { n: unknown }).n), "a handler sees valid params", call.params);
        }
        if (call.method === "later") return Promise.resolve().then(() => call.params);
        if (call.method === "throws") throw call.params;
        if (call.method === "items") return [{ n: 1 }, { n: 2 }, { n: 3 }];
        return call.params;
      },
    },
    meter: {
      called: () => count.called++,
      served(_, ms, code, times) {
        note(times === 1 || (code === undefined && times <= 8), "what is told together went well, and is few", times);
        if (ms !== undefined) count.served += times;
      },
    },
  });
  peer.start();

  const watch = (promise: Promise<unknown>): void => {
    const call = { settled: 0 };
    calls.push(call);
    promise
      .then(
        (result) => {
          call.settled++;
          must(Number.isInteger((result as { n?: unknown }).n), "a result fits its schema", result);
        },
        (error) => {
          call.settled++;
          must(isRpcError(error), "a call fails with an RpcError", String(error));
        },
      )
      .catch((error: unknown) => failures.push(error));
  };
  const readAll = async (): Promise<unknown> => {
    for await (const item of peer.stream("watch", {}))
      must(Number.isInteger((item as { n: unknown }).n), "items fit", item);
    return { n: 0 };
  };

  return {
    ...{ peer, link, calls, answered, asked, failures },
    /** Requests that were neither answered nor are being handled; those whose id was in use get no answer. */
    unanswered: () => count.requests - count.answers - peer.load.incoming - peer.stats.duplicateRequests,
    /** Handlers and calls that are over, of which the meter was not told. */
    unmetered: () => [
      count.runs - count.served - peer.load.incoming,
      calls.filter(({ settled }) => settled === 1).length - count.called,
    ],

    call: () =>
      watch(
        peer.request(
          "ask",
          {},
          { onProgress: (value: { n: number }) => note(Number.isInteger(value.n), "progress fits", value) },
        ),
      ),
    read: () => watch(readAll()),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test(`${(MESSAGES_A_RUN * RUNS).toLocaleString("en")} hostile messages: the peer never throws, answers, and settles each call once`, async () => {
  let messages = 0;
  const prototype = Object.getOwnPropertyNames(Object.prototype).length;
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = chance(seed);
      let watched = watchedPeer();
      const check = async (): Promise<void> => {
        await turn();
        must(watched.peer.load.outgoing <= CALLS, "calls in flight are bounded", watched.peer.load);
        const waiting = watched.calls.filter(({ settled }) => settled === 0).length;
        must(watched.peer.load.outgoing === waiting, "what is settled is forgotten", watched.peer.load);
        if (watched.failures[0] !== undefined) throw watched.failures[0];
        if (watched.link.isOpen) {
          watched.link.feed(Buffer.from('\n{"jsonrpc":"2.0","id":"still there?","method":"echo","params":{"n":1}}\n'));
          must(watched.answered.delete('"still there?"'), "it still answers");
          await turn();
          must(watched.unanswered() === 0, "each request is answered once", watched.unanswered());
          must(
            watched.unmetered().every((calls) => calls === 0),
            "each call is metered once",
            watched.unmetered(),
          );
        }
      };
      const end = async (): Promise<void> => {
        watched.peer.close((method) => new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: over`));
        await turn();
        must(
          watched.calls.every(({ settled }) => settled === 1),
          "each call settles exactly once",
          watched.calls,
        );
      };
      for (let count = 0; count < MESSAGES_A_RUN; count++) {
        if (random.oneIn(20)) watched.call();
        if (random.oneIn(100)) watched.read();
        const line = Buffer.from(`${hostileMessage(random, watched.asked.slice(-8))}\n`);
        const bytes = random.oneIn(4) ? damage(random, line) : line;
        const cut = random.nat(bytes.length + 1);
        watched.link.feed(bytes.subarray(0, cut), random.oneIn(2));
        watched.link.feed(bytes.subarray(cut), random.oneIn(2));
        messages++;
        if (random.oneIn(50)) await check();
        if (!watched.link.isOpen) {
          await end();
          watched = watchedPeer();
        }
      }
      await check();
      await end();
    }),
    { numRuns: RUNS },
  );
  expect(messages).toBeGreaterThanOrEqual(MESSAGES_A_RUN * RUNS);
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(prototype);
}, 120_000);

test("random bytes in random pieces: the lines are those between the newlines", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = chance(seed);
      const pieces = Array.from({ length: random.nat(40) }, () => {
        const bytes = Buffer.from(hostileMessage(random, [1]).slice(0, 200));
        return Buffer.concat([damage(random, bytes), Buffer.from(random.oneIn(2) ? "\n" : "")]);
      });
      const splitter = createLineSplitter(1 << 20);
      const seen: string[] = [];
      for (const piece of pieces) {
        splitter.push(piece);
        for (let line = splitter.next(); line !== undefined; line = splitter.next()) seen.push(line);
      }
      const lines = Buffer.concat(pieces).toString("latin1").split("\n");
      const last = Buffer.from(lines.pop() ?? "", "latin1");
      expect(seen).toEqual(lines.map((line) => Buffer.from(line, "latin1").toString("utf8")));
      const isNothing = last.length === 0 || last.equals(Buffer.from("\r"));
      const start = last.subarray(0, 4096).toString("utf8");
      expect(splitter.rest()).toEqual(isNothing ? undefined : { start, bytes: last.length });
    }),
    { numRuns: 5_000 },
  );
}, 60_000);
