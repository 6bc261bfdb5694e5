import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { agree, gone, overheard, peerPair, serving, settled, testPeer } from "../test/peer-pair.js";
import { lineReader } from "./channel-lines.js";
import { featuresWith, jsonCodec } from "./codec.js";
import { notification, request } from "./contract.js";
import type { IncomingCall } from "./incoming-call.js";
import { FEATURES } from "./lifecycle.js";
import { linkedTransports } from "./linked-transports.js";
import type { Message } from "./messages.js";
import { createHeadNamer, createHeadReader, type HeadNamer } from "./named-heads.js";
import type { Peer } from "./peer.js";

const note = (seq: number, method = "note"): Message => ({ jsonrpc: "2.0", method, params: { seq } });
const ask = (id: number, meta?: object): Message => ({
  ...{ jsonrpc: "2.0", id, method: "ask", params: [id] },
  ...(meta && { meta }),
});

/** What is written of these, all of it taken. */
function written(...messages: Message[]): (string | undefined)[] {
  const namer = createHeadNamer();
  return messages.map((message) => {
    const line = namer.line(message);
    namer.sent();
    return line;
  });
}

describe("a head that is told again and again", () => {
  test("gets a name with the third call in a row, and is told by it from then on", () => {
    expect(written(note(1), note(2), note(3), note(4), ask(5), note(6))).toEqual([
      '\x02 note {"seq":1}',
      '\x02 note {"seq":2}',
      '\x0eA\x02 note {"seq":3}',
      '\x0fA{"seq":4}',
      "\x055 ask [5]",
      '\x0fA{"seq":6}',
    ]);
    expect(written(ask(7), ask(8), ask(9), ask(10)).slice(2)).toEqual(["\x0eA\x059 ask [9]", "\x1610A[10]"]);
  });

  test("has its deadline and its invocation in it", () => {
    const meta = { invocationId: "k.1", deadlineMs: 50 };
    const other = { ...meta, deadlineMs: 51 };
    const messages = [ask(1, meta), ask(2, meta), ask(3, { ...meta }), ask(4, { ...meta }), ask(5, other)];
    const lines = written(...messages);
    expect(lines.slice(2)).toEqual(["\x0eA\x053:50 ask@k.1 [3]", "\x164A[4]", "\x055:51 ask@k.1 [5]"]);
    const reader = createHeadReader();
    expect(lines.map((line) => reader.read(line ?? ""))).toEqual(messages);
  });

  test("has none where it is the runtime's own: of its items and progress nobody is told that they were lost", () => {
    const own = { jsonrpc: "2.0", method: "$/input/item", params: { id: 1, item: 1 } } as const;
    for (const line of written(own, own, own, own)) expect(line).toBe('\x02 $/input/item {"id":1,"item":1}');
  });

  test("is not told by name where its meta stands behind the params", () => {
    const meta = { invocation: { id: "k", scope: 1 } };
    const ids = [1, 2, 3, 4, 5];
    const heads = written(...ids.map((id) => ask(id, meta))).map((line) => line?.slice(0, 8));
    expect(heads).toEqual(ids.map((id) => `\x05${id} ask+ `));
  });

  test("is told as a whole again after three calls, and then after 32", () => {
    const lines = written(...Array.from({ length: 100 }, (_, seq) => note(seq)));
    const whole = lines.flatMap((line, at) => (line?.includes("note") ? [at] : []));
    expect(whole).toEqual([0, 1, 2, 6, 39, 72]);
  });

  test("is told as a whole until a line that names it was taken", () => {
    const namer = createHeadNamer();
    const lines = [0, 1, 2, 3, 4].map((seq) => namer.line(note(seq)));
    expect(lines).toEqual([
      '\x02 note {"seq":0}',
      '\x02 note {"seq":1}',
      '\x0eA\x02 note {"seq":2}',
      '\x0eA\x02 note {"seq":3}',
      '\x0eA\x02 note {"seq":4}',
    ]);
    // What is taken then is an answer: the line before it was refused.
    namer.line({ jsonrpc: "2.0", id: 1, result: 1 });
    namer.sent();
    expect(namer.line(note(5))).toBe('\x0eA\x02 note {"seq":5}');
  });
});

const call = fc.tuple(
  fc.constantFrom("a", "a", "b"),
  fc.constantFrom(undefined, undefined, undefined, undefined, undefined, "k.1", "k.2"),
  fc.nat(2),
);
const fate = fc.constantFrom(
  "read",
  "read",
  "read",
  "read",
  "refused",
  "too heavy",
  "malformed",
  "spoiled",
  "spoiled, too heavy",
);

test("a call is never taken for one of another head, whatever becomes of the lines before it", () => {
  let byName = 0;
  let unread = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(call, fate, fc.nat(4)), { minLength: 1, maxLength: 40 }), (floods) => {
      const calls = floods.flatMap(([one, end, more]) => [...Array(more).fill([one, "read"]), [one, end]] as const);
      const namer = createHeadNamer();
      const reader = createHeadReader();
      let isSpoiled = false;
      for (const [[method, invocationId, kind], end] of calls) {
        const id = kind === 0 ? { id: 7 } : {};
        const meta = invocationId === undefined ? {} : { meta: { invocationId } };
        const message = { jsonrpc: "2.0", ...id, method, params: { id: 5, item: 1 }, ...meta } as Message;
        const line = namer.line(message) ?? "";
        if (end === "refused") continue;
        namer.sent();
        if (end === "too heavy") reader.skip(line);
        else if (end === "malformed") expect(() => reader.read(line.slice(0, -1))).toThrow(SyntaxError);
        else if (end === "spoiled, too heavy") {
          reader.skip(`.${line}`);
          isSpoiled = true;
        } else if (end === "spoiled") {
          // Cut, too, by what else was written.
          const spoiled = kind === 0 ? `.${line}` : `${line.slice(0, 9)}.${line}`;
          expect(() => reader.read(spoiled) ?? JSON.parse(spoiled)).toThrow(SyntaxError);
          reader.failed(spoiled);
          isSpoiled = true;
        } else {
          let read: unknown;
          try {
            read = reader.read(line);
          } catch (error) {
            // Only where a line was spoiled.
            if (!isSpoiled) throw error;
            expect(reader.failed(line)).toBe(true);
            unread++;
            continue;
          }
          if (!line.includes(method)) byName++;
          expect(read).toEqual(message);
        }
      }
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(byName, unread)).toBeGreaterThan(100);
});

test("a letter comes again after 52 heads, and is not taken for that of one before, whatever was spoiled or refused", () => {
  const told = (namer: HeadNamer, method: string, isTaken = true): (string | undefined)[] =>
    [0, 1, 2, 3].map((seq) => {
      const line = namer.line(note(seq, method));
      if (isTaken) namer.sent();
      return line;
    });
  for (const isTaken of [true, false]) {
    const namer = createHeadNamer();
    const reader = createHeadReader();
    for (const line of told(namer, "first")) reader.read(line ?? "");
    for (let other = 1; other < 52; other++) {
      const [, , naming = ""] = told(namer, `other${other}`, isTaken);
      if (isTaken) reader.failed(`.${naming}`);
    }
    const [, , naming = "", byName = ""] = told(namer, "last");
    expect(naming[1]).toBe(isTaken ? "A" : "B");
    reader.failed(`.${naming}`);
    expect(() => reader.read(byName)).toThrow(SyntaxError);
  }
});

test("what nobody may write is none", () => {
  const named = '\x0eA\x02 note {"seq":1}';
  for (const [first, line] of [
    [named, "\x0fB1"],
    [named, "\x0f1"],
    [named, "\x0f"],
    [named, "\x16A1"],
    [named, "\x167B1"],
    [named, "\x167 1"],
    [named, "\x0fA"],
    ["\x02 note 1", "\x0fA1"],
    ["\x0eA\x057 a 1", "\x0e1\x02 a 1"],
    ["\x0eA\x057 a 1", "\x0eA\x067 1"],
    ["\x0eA\x057 a 1", "\x0eA\x0eB\x02 a 1"],
    ["\x0eA\x057 a 1", "\x0eA\x05x a 1"],
    ["\x0eA\x057 a 1", "\x0eA\x02 a+ 1\t{}"],
    ["\x0eA\x057 a 1", "\x0e"],
  ]) {
    const reader = createHeadReader();
    reader.read(first ?? "");
    expect(() => reader.read(line ?? ""), JSON.stringify(line)).toThrow(SyntaxError);
    // Whoever names a head badly has named none.
    if (line?.startsWith("\x0e")) expect(() => reader.read("\x0fA1")).toThrow(SyntaxError);
  }
  // Without a channel there is no line before.
  expect(() => jsonCodec.decode(named)).toThrow(SyntaxError);
  expect(() => jsonCodec.decode("\x0fA1")).toThrow(SyntaxError);
});

const any = z.unknown();
const methods = {
  ask: request({ params: any, result: any }),
  sum: request({ params: any, result: any, input: any }),
  note: notification({ params: any }),
  log: notification({ params: any }),
};
const deep: unknown = JSON.parse(`${"[".repeat(30)}${"]".repeat(30)}`);

describe("between two ends", () => {
  const talk = async (features: readonly string[]) => {
    const lines: string[] = [];
    const noted: unknown[] = [];
    const [left, right] = linkedTransports();
    const worker = testPeer(right, serving(methods, { note: (params) => void noted.push(params) }));
    const host = testPeer(overheard(left, lines), { outgoing: methods });
    agree([host, worker], features);
    for (let seq = 0; seq < 6; seq++) host.notify("note", seq);
    await settled();
    expect(noted).toEqual([0, 1, 2, 3, 4, 5]);
    for (const end of [host, worker]) end.close(gone);
    return lines;
  };

  test("heads have names where both ends know the feature", async () => {
    expect(await talk(FEATURES)).toEqual([
      ...["\x02 note 0", "\x02 note 1", "\x0eA\x02 note 2"],
      ...["\x0fA3", "\x0fA4", "\x0fA5"],
    ]);
  });

  test("they have none where the other end does not list it", async () => {
    const lines = await talk(FEATURES.filter((feature) => feature !== "heads"));
    expect(lines).toEqual([0, 1, 2, 3, 4, 5].map((seq) => `\x02 note ${seq}`));
  });

  test("an end with a codec of its own does not list it", () => {
    expect(featuresWith()).toContain("heads");
    expect(featuresWith({ ...jsonCodec })).not.toContain("heads");
  });

  test("what is too heavy names its head all the same, and is told to who waits for it", async () => {
    let thrown: unknown;
    const noted: unknown[] = [];
    const handlers = {
      ask: ({ n }: { n: unknown }) => n,
      note: (params: unknown) => void noted.push(params),
      async sum(_: unknown, { input }: IncomingCall) {
        const items: unknown[] = [];
        try {
          for await (const item of input ?? []) items.push(item);
        } catch (error) {
          thrown = error;
        }
        return items;
      },
    };
    const { host, worker } = peerPair(methods, handlers, { worker: { limits: { depth: 20 } } });
    agree([host, worker], FEATURES);
    const tooDeep = { code: -32600, message: expect.stringMatching(/20 levels/) };
    const ask = (n: unknown): Promise<unknown> => host.request("ask", { n });
    await expect(ask(0)).resolves.toBe(0);
    await expect(ask(1)).resolves.toBe(1);
    await expect(ask(deep), "names the head").rejects.toMatchObject(tooDeep);
    await expect(ask(3)).resolves.toBe(3);
    await expect(ask(deep), "is told by name").rejects.toMatchObject(tooDeep);
    await expect(ask(5)).resolves.toBe(5);
    for (const params of [0, 1, deep, 3, deep, 5]) host.notify("note", params);
    await settled();
    expect(noted).toEqual([0, 1, 3, 5]);
    await expect(host.request("sum", {}, { input: [1, 2, 3, deep, 5] })).resolves.toEqual([1, 2, 3]);
    expect(thrown).toMatchObject({ code: -32602, message: expect.stringMatching(/^sum: .*20 levels/) });
    expect([host.load, worker.load]).toMatchObject([{ outgoing: 0 }, { incoming: 0 }]);
    for (const end of [host, worker]) end.close(gone);
  });

  test("a request whose head is not known is answered", async () => {
    const lines: string[] = [];
    const [left, right] = linkedTransports();
    const worker = testPeer(overheard(right, lines), serving(methods, { ask: () => 1 }));
    left.start({ message() {}, batch: (tell) => tell(), closed() {} });
    left.send("\x167A{}");
    left.send("\x0fA{}");
    await settled();
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ id: 7, error: { code: -32600 } }]);
    expect(worker.stats.invalidMessages).toBe(2);
    // Its params may be secret.
    expect(worker.reports).toEqual([{ kind: "unknown-head" }, { kind: "unknown-head" }]);
    worker.close(gone);
  });

  test("bytes among the params do not lose the head", async () => {
    const noted: unknown[] = [];
    const { host, worker } = peerPair(methods, { note: (params) => void noted.push(params) });
    agree([host, worker], FEATURES);
    const bytes = new Uint8Array([1, 2]);
    const late = { rows: [...Array(200).fill(1), bytes] };
    const sent = [1, 1, bytes, 1, 1, 1, 2, bytes, 2, late, 3, late, 4, "x".repeat(20_000), 5];
    for (const params of sent) host.notify("note", params);
    await settled();
    expect(noted).toEqual(sent);
    for (const end of [host, worker]) end.close(gone);
  });
  /** Calls whose payloads send something themselves while they are written; returns how much of that arrived. */
  const noteWhileWriting = async (payload: (host: Peer, seq: number) => unknown): Promise<number> => {
    const noted: unknown[] = [];
    const [left, right] = linkedTransports();
    const handlers = {
      note: (params: unknown) => void noted.push(params),
      log: (params: unknown) => void noted.push(params),
      ask: (params: unknown) => params,
      async sum(_: unknown, { input }: IncomingCall) {
        const items: unknown[] = [];
        for await (const item of input ?? []) items.push(item);
        return items;
      },
    };
    const worker = testPeer(right, serving(methods, handlers));
    const host = testPeer(left, { outgoing: methods });
    agree([host, worker], FEATURES);
    const sent = Array.from({ length: 40 }, (_, seq) => {
      host.notify("note", payload(host, seq));
      return seq;
    });
    await settled();
    const all = sent.map((seq) => ({ seq }));
    const notes = noted.filter((one) => typeof one === "object");
    const logs = noted.length - notes.length;
    expect(worker.stats.invalidMessages).toBe(0);
    const answers = await Promise.all(sent.map((seq) => host.request("ask", payload(host, seq))));
    expect(answers).toMatchObject(all);
    expect(await host.request("sum", {}, { input: sent.map((seq) => payload(host, seq)) })).toMatchObject(all);
    expect(notes).toMatchObject(all);
    for (const end of [host, worker]) end.close(gone);
    return logs;
  };

  test("what is sent while a payload is written changes no head, whenever it is", async () => {
    for (const every of [1, 2, 5]) {
      const logs = await noteWhileWriting((host, seq) => ({
        toJSON() {
          for (let more = 0; seq % every === 0 && more < 4; more++) host.notify("log", seq);
          return { seq };
        },
      }));
      expect(logs).toBe(4 * Math.ceil(40 / every));
    }
  });

  test("nor what is sent when it is looked through a second time", async () => {
    let written = 0;
    const logs = await noteWhileWriting((host, seq) => ({
      toJSON() {
        // Reads like bytes, so that it is looked for them.
        if (++written % 2 === 0) for (let more = 0; more < 4; more++) host.notify("log", seq);
        return { seq, ...(seq % 2 === 0 && { also: {} }) };
      },
    }));
    expect(logs).toBeGreaterThan(100);
  });

  test("bytes that a toJSON hides are bytes, though what is looked through sends something itself", async () => {
    const noted: unknown[] = [];
    const handlers = { note: (params: unknown) => void noted.push(params), log: () => {} };
    const { host, worker } = peerPair(methods, handlers);
    agree([host, worker], FEATURES);
    const bytes = new Uint8Array([1, 2, 3]);
    host.notify("note", {
      bytes: { toJSON: () => bytes },
      get sum() {
        host.notify("log", {});
        return 6;
      },
    });
    await settled();
    expect(noted).toEqual([{ bytes, sum: 6 }]);
    for (const end of [host, worker]) end.close(gone);
  });

  test("a message that fits is sent, though its head would get a name", () => {
    const [left] = linkedTransports();
    const host = testPeer(left, { outgoing: methods });
    host.agree(FEATURES);
    host.sendAgreed();
    const params = "x".repeat(90);
    host.capMessages(Buffer.byteLength(`\x02 note "${params}"`));
    expect([1, 2, 3, 4, 5].map(() => host.notify("note", params))).toEqual([true, true, true, true, true]);
    expect(host.notify("note", `${params}x`)).toBe(false);
    host.close(gone);
  });
});

test("a reader of another codec's lines knows of no heads", () => {
  const lines = lineReader({ ...jsonCodec, decode: (line) => line });
  expect(lines.decode("\x0fA1")).toBe("\x0fA1");
  expect(lines.failed("\x0fA1")).toBe(false);
  expect(lines.shortEnvelope("\x167A1")).toBeUndefined();
  expect(lines.shortEnvelope("\x057 a 1")).toEqual({ id: 7, kind: "request" });
});
