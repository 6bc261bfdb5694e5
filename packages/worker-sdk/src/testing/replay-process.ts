import { type Clock, type Codec, ErrorCode, linkedTransports, type Message, RpcError } from "@outrigger/protocol";
import { guarded } from "@outrigger/protocol/outcomes";
import {
  createTapeEnd,
  createTapePlayer,
  type Difference,
  handshakeOf,
  linkCalls,
  matchesTape,
  type Reveal,
  type TapeHandshake,
  type TapeIncarnation,
} from "@outrigger/protocol/tape";
import type { Plugin } from "../define-plugin.js";
import { createSession } from "../session.js";

/** What a replay of one process is made of, and where it reports. */
export interface ReplaySource {
  readonly name: string;
  readonly report: {
    calls: number;
    readonly differences: Difference[];
    readonly skipped: { readonly line: number; readonly method: string }[];
  };
  readonly reveal: Reveal | undefined;
  readonly config: unknown;
  readonly manifest: unknown;
  readonly codec: Codec | undefined;
  readonly clock: Clock;
  readonly patienceMs: number;
}

interface Answer {
  readonly methods: readonly string[];
  readonly features: readonly string[];
  readonly declarations?: unknown;
}

/** No id of a tape's. */
const HANDSHAKE_ID = "replay:initialize";
const SETUP_ID = "replay:initialized";

/** Replays one process. @throws RpcError what the plugin answers to `initialize`, if that is an error */
export async function replayProcess(incarnation: TapeIncarnation, plugin: Plugin, source: ReplaySource): Promise<void> {
  const { report, clock, patienceMs } = source;
  const handshake = handshakeOf(incarnation, source.name);
  // A process that never came so far said nothing to compare.
  if (handshake.answer === undefined || !("result" in handshake.answer)) return;
  const [hostEnd, workerEnd] = linkedTransports();
  const waiting = new Map<unknown, (message: Message) => void>();
  let take = (_: Message): void => {};
  let onClosed = (): void => {};
  const tapeEnd = createTapeEnd(hostEnd, source.codec, {
    onMessage(message) {
      const waiter = "method" in message ? undefined : waiting.get(message.id);
      if (waiter === undefined) take(message);
      else waiter(message);
    },
    onClosed: () => onClosed(),
  });
  const send = (message: Message): number => tapeEnd.send(message);
  const ask = (id: string, method: string, params: unknown): Promise<Message> =>
    new Promise((resolve, reject) => {
      const cancel = clock.setTimer(() => {
        const text = `replayTape: the plugin did not answer ${method} within ${patienceMs} ms; mend its setup, or raise patienceMs`;
        reject(new RpcError(ErrorCode.TIMEOUT, text));
      }, patienceMs);
      waiting.set(id, (message) => {
        cancel();
        resolve(message);
      });
      send({ jsonrpc: "2.0", id, method, params });
    });
  createSession({
    plugin,
    transport: workerEnd,
    clock,
    codec: source.codec,
    stderr() {},
    onEnded: () => workerEnd.close(),
  });

  try {
    const answer = resultOf(await ask(HANDSHAKE_ID, "initialize", offerOf(handshake, source)));
    const before = handshake.answer.result as Answer;
    for (const part of ["methods", "declarations"] as const) {
      if (matchesTape(sorted(before[part] ?? {}), sorted(answer[part] ?? {}))) continue;
      report.differences.push({
        ...{ line: handshake.line, kind: "differs", method: "initialize", part: "result" },
        ...{ expected: before[part], got: answer[part] },
      });
    }
    const hasSetup = answer.features.includes("setup");
    const linked = linkCalls(incarnation.messages).filter(({ call }) => hasSetup || call?.method !== "initialized");
    const setsUp = linked.some(({ call }) => call?.method === "initialized");
    if (hasSetup && !setsUp) await ask(SETUP_ID, "initialized", {});

    const player = createTapePlayer({
      ...{ plays: "host", scripts: [linked], reveal: source.reveal, takesOtherParams: true },
      send(message) {
        if ("method" in message && Object.hasOwn(plugin.contract.hostToWorker, message.method)) report.calls++;
        return send(message);
      },
      onDifference: (difference) => report.differences.push(difference),
      onUnplayable: ({ line, call, message }) =>
        report.skipped.push({ line, method: call?.method ?? ("method" in message ? message.method : "") }),
    });
    const unexpected = (message: Message): void => {
      if (!("method" in message) || message.method.startsWith("$/")) return;
      const { method, params } = message;
      report.differences.push({
        ...{ line: player.line, kind: "unexpected", method, part: "params", expected: undefined, got: params },
      });
      if (!("id" in message)) return;
      const text = `${method}: the tape has no such call`;
      send({ jsonrpc: "2.0", id: message.id, error: { code: ErrorCode.METHOD_NOT_IMPLEMENTED, message: text } });
    };

    await new Promise<void>((resolve, reject) => {
      let cancel = (): void => {};
      /** What `reveal` throws ends the replay, whoever brought it about. */
      const attempt = (run: () => void): void => guarded(run, reject);
      let isClosed = false;
      const look = (): void => {
        cancel();
        if (isClosed) while (!player.isDone && player.skip());
        if (player.isDone || isClosed) resolve();
        else
          cancel = clock.setTimer(
            () =>
              attempt(() => {
                if (player.skip()) look();
                else resolve();
              }),
            patienceMs,
          );
      };
      take = (message) => {
        if ("method" in message && message.method === "$/log") return;
        attempt(() => {
          if (!player.receive(message)) unexpected(message);
          look();
        });
      };
      onClosed = () => {
        isClosed = true;
        attempt(look);
      };
      player.start();
      look();
    });
  } finally {
    hostEnd.close();
  }
}

function offerOf({ offer }: TapeHandshake, { config, manifest }: ReplaySource): unknown {
  const { config: _, manifest: __, ...rest } = offer;
  return { ...rest, ...(config !== undefined && { config }), ...(manifest !== undefined && { manifest }) };
}

function resultOf(message: Message): Answer {
  if ("result" in message) return message.result as Answer;
  const { code, message: text } = ("error" in message ? message.error : {}) as { code: number; message: string };
  throw new RpcError(code, `${text} (a tape does not show config and manifest: give them as options of replayTape)`);
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);
