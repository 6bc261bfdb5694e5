import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { jsonValues } from "../test/json-values.js";
import { agree, gone, overheard, peerPair, serving, settled, testPeer } from "../test/peer-pair.js";
import { lineReader } from "./channel-lines.js";
import { jsonCodec } from "./codec.js";
import { notification, request, stream } from "./contract.js";
import type { IncomingCall } from "./incoming-call.js";
import { FEATURES } from "./lifecycle.js";
import { linkedTransports } from "./linked-transports.js";
import type { Message } from "./messages.js";
import { readShortLine, shortLine } from "./short-lines.js";
import { envelopeOf } from "./unread-message.js";

const json = jsonValues({ maxDepth: 3 });
const version = { jsonrpc: fc.constant("2.0" as const) };
const id = fc.oneof(
  { weight: 6, arbitrary: fc.nat() },
  fc.constantFrom(0, -0, 1e15 - 1, 1e15, 2 ** 53, -1, 1.5, "1", ""),
);
const method = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("add", "state.get", "tools/call", "$/progress", "a@b", "a b", "é", "") },
  fc.string(),
);
const token = fc.oneof(fc.constantFrom("k3f9.1", "k3f9.2", "-_0.z", "a b", "a@b", "x\n", "ü", ""), fc.string());
const deadlineMs = fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, fc.double({ min: -1, noNaN: true }), fc.nat());
const meta = fc.oneof(
  { weight: 4, arbitrary: fc.record({ invocationId: token, deadlineMs }, { requiredKeys: [] }) },
  fc.record({ invocation: fc.record({ id: token, scope: json }), deadlineMs }, { requiredKeys: ["invocation"] }),
  fc.record({ invocationId: token, traceparent: token }),
  fc.constantFrom({ credit: { items: 1, bytes: 2 } }, { invocationId: 7 }, { deadlineMs: "7" }, { other: 1 }),
);
const bulk = fc.constant([{ path: ["params"], as: "base64" as const }]);
const message = fc.oneof(
  fc.record({ ...version, id, method, params: json, meta }, { requiredKeys: ["jsonrpc", "id", "method"] }),
  fc.record({ ...version, method, params: json, meta }, { requiredKeys: ["jsonrpc", "method"] }),
  fc.record({ ...version, method: fc.constant("$/stream/item"), params: fc.record({ id, item: json }) }),
  fc.record({ ...version, id, result: json }),
  fc.record({ ...version, id: fc.oneof(id, fc.constant(null)), error: json }),
  fc.record({ ...version, id, result: json, bulk }),
) as fc.Arbitrary<Message>;

const outcome = (read: () => unknown): unknown => {
  try {
    return read();
  } catch {
    return "none";
  }
};
/** As JSON has it; a meta that says nothing is none. */
const plain = (value: Message): unknown => {
  const { meta, ...rest } = JSON.parse(jsonCodec.encode(value));
  return meta === undefined || Object.keys(meta).length === 0 ? rest : { ...rest, meta };
};

describe("a short line", () => {
  test("says what the full one does, in whatever order they come", () => {
    let short = 0;
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (messages) => {
        for (const one of messages) {
          const line = shortLine(one);
          if (line === undefined) continue;
          short++;
          expect(line).not.toContain("\n");
          expect(line.length).toBeLessThan(jsonCodec.encode(one).length);
          expect(readShortLine(line)).toEqual(plain(one));
          expect(jsonCodec.decode(line)).toEqual(plain(one));
        }
      }),
      { numRuns: 2_000 },
    );
    expect(short).toBeGreaterThan(2_000);
  });

  test("has separators of other alphabets as they are: who reads it ends lines at 0x0A alone", () => {
    const text = "a\u2028b\u2029c";
    const messages: Message[] = [
      { jsonrpc: "2.0", id: 1, method: "m", params: { [text]: text } },
      { jsonrpc: "2.0", id: 1, method: "m", params: text, meta: { traceparent: text } },
      { jsonrpc: "2.0", method: "$/stream/item", params: { id: 1, item: text } },
      { jsonrpc: "2.0", id: 1, result: text },
    ];
    for (const one of messages) {
      const line = shortLine(one) ?? "";
      expect(line).toContain(text);
      expect(readShortLine(line)).toEqual(one);
    }
  });

  test("that was damaged is none, or the line of another message", () => {
    fc.assert(
      fc.property(message, message, fc.nat(60), fc.nat(20), (one, other, at, length) => {
        const [line = "", donor = ""] = [shortLine(one), shortLine(other)];
        const parts = [
          line.slice(0, at) + line.slice(at + length),
          line.slice(0, at) + donor.slice(at) + line.slice(at),
        ];
        for (const damaged of parts) {
          const read = outcome(() => readShortLine(damaged));
          if (read === "none" || read === undefined) continue;
          // Written again; JSON has no -0, and an empty meta is not told.
          const again = readShortLine(shortLine(read as Message) ?? "") as Message;
          expect(JSON.stringify(plain(again))).toBe(JSON.stringify(plain(read as Message)));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ["nothing but a mark", "\x05"],
    ["no id", "\x05 add 1"],
    ["a padded id", "\x0601 1"],
    ["an id of sixteen digits", "\x061234567890123456 1"],
    ["no space behind the id", "\x061{}"],
    ["something else than a space there", "\x061x2"],
    ["no payload", "\x061 "],
    ["two payloads", "\x061 1 2"],
    ["no method", "\x051 {}"],
    ["no space before the method", "\x02add {}"],
    ["a method that is no token", '\x02 a"b {}'],
    ["no invocation behind the @", "\x02 add@ {}"],
    ["a method of 257 characters", `\x051 ${"m".repeat(257)} {}`],
    ["two invocations", "\x02 add@a@b {}"],
    ["a deadline without digits", "\x051: add {}"],
    ["a deadline below zero", "\x051:-1 add {}"],
    ["no meta where one is told", "\x051 add+ {}"],
    ["a tab before its payload", "\x051 add+\t{} {}"],
    ["a deadline beside a meta", '\x051:7 add+ {}\t{"deadlineMs":7}'],
    ["a meta that is not told", "\x051 add {}\t{}"],
    ["an invocation beside a meta", "\x051 add@k+ {}\t{}"],
    ["a result with a deadline", "\x061:1 {}"],
    ["a mark that means nothing", "\x071 {}"],
  ])("is none with %s", (_, line) => {
    expect(() => jsonCodec.decode(line)).toThrow(SyntaxError);
  });

  test.each<[string, Record<string, unknown>]>([
    ["an error", { id: 1, error: { code: 1, message: "m" } }],
    ["a call without params", { id: 1, method: "add" }],
    ["a method with a space", { id: 1, method: "a b", params: 1 }],
    ["an item that JSON has no word for", { method: "$/stream/item", params: { id: 1, item: undefined } }],
    ["an item that says it is none", { method: "$/stream/item", params: { id: 1, item: { toJSON: () => undefined } } }],
    ["a traced item", { method: "$/stream/item", params: { id: 1, item: 1 }, meta: { traceparent: "t" } }],
    ["a method of 257 characters", { id: 1, method: "m".repeat(257), params: 1 }],
    ["a message with bytes", { id: 1, result: null, bulk: [{ path: ["result"], as: "bytes" }] }],
  ])("is not written for %s", (_, fields) => {
    expect(shortLine({ jsonrpc: "2.0", ...fields } as Message)).toBeUndefined();
  });

  test.each<[string, object, string]>([
    [
      "a scope",
      { invocation: { id: "k", scope: { tenant: "a\tb" } } },
      '{"invocation":{"id":"k","scope":{"tenant":"a\\tb"}}}',
    ],
    ["a trace", { invocationId: "k", traceparent: "t" }, '{"invocationId":"k","traceparent":"t"}'],
    ["a deadline of sixteen digits", { deadlineMs: 1e15 }, '{"deadlineMs":1000000000000000}'],
    ["an invocation with a space", { invocationId: "a b" }, '{"invocationId":"a b"}'],
    ["an invocation of 257 characters", { invocationId: "k".repeat(257) }, `{"invocationId":"${"k".repeat(257)}"}`],
  ])("tells behind its params %s", (_, meta, text) => {
    const message: Message = { jsonrpc: "2.0", id: 1, method: "add", params: { a: "\t" }, meta };
    const line = `\x051 add+ {"a":"\\t"}\t${text}`;
    expect(shortLine(message)).toBe(line);
    expect(readShortLine(line)).toEqual(message);
  });

  test("has room for names of 256 characters", () => {
    const name = "m".repeat(256);
    const message: Message = { jsonrpc: "2.0", id: 1, method: name, params: 1, meta: { invocationId: name } };
    expect(readShortLine(shortLine(message) ?? "")).toEqual(message);
  });

  test("shares a meta that nobody can change", () => {
    for (const line of ["\x051 add@k 1", "\x051:7 add@k 1"]) {
      const [first, second] = [readShortLine(line), readShortLine(line)] as { meta: object }[];
      expect(first?.meta).toBe(second?.meta);
      expect(Object.isFrozen(first?.meta)).toBe(true);
    }
  });
});

const any = z.unknown();
const methods = {
  add: request({ params: any, result: any }),
  count: stream({ params: any, item: any }),
  sum: request({ params: any, result: any, input: any }),
  note: notification({ params: any }),
};

describe("whose an item is that cannot be read", () => {
  const name = "k".repeat(256);
  const heads = ["", ":9", ":123456789012345"].flatMap((deadline) =>
    ["", "@k.1", `@${name}`, "+"].map((of) => [deadline, of] as const),
  );
  test.each(heads)("behind the deadline %j and the meta %j", (deadline, of) => {
    for (const [method, kind] of [
      ["$/stream/item", "item"],
      ["$/input/item", "input"],
    ]) {
      const line = `\x02${deadline} ${method}${of} {"id":123456789012345,"item":1}`;
      expect(envelopeOf(line, lineReader(jsonCodec))).toEqual({ id: 123_456_789_012_345, kind });
      // A deadline beside a meta is refused as a whole.
      const read = of === "+" ? readShortLine(`\x02 ${method}+ {"id":5,"item":1}\t{}`) : readShortLine(line);
      expect(read).toMatchObject({ method, params: { item: 1 } });
    }
  });

  test("other notifications are nobody's", () => {
    for (const method of ["note", "$/progress", "$/stream/items", "x/$/stream/item"]) {
      expect(envelopeOf(`\x02 ${method} {"id":5,"item":1}`, lineReader(jsonCodec))).toBeUndefined();
    }
  });
});

describe("between two ends", () => {
  const talk = async (features: readonly string[], codec?: typeof jsonCodec) => {
    const lines: string[] = [];
    const [left, right] = linkedTransports();
    const noted: unknown[] = [];
    const worker = testPeer(overheard(right, lines), {
      ...serving(methods, { add: () => ({ sum: 3 }), count: () => [1, 2], note: (params) => void noted.push(params) }),
    });
    const host = testPeer(overheard(left, lines), { outgoing: methods, ...(codec && { codec }) });
    const speak = async (): Promise<string[]> => {
      lines.length = 0;
      expect(await host.request("add", { a: 1 })).toEqual({ sum: 3 });
      host.notify("note", 7, { invocationId: "k.1" });
      const items: unknown[] = [];
      for await (const item of host.stream("count", {})) items.push(item);
      expect(items).toEqual([1, 2]);
      await settled();
      return [...lines];
    };
    const isFull = (line: string): boolean => line.startsWith('{"jsonrpc":"2.0"');
    expect((await speak()).every(isFull), "before it was agreed").toBe(true);
    for (const end of [host, worker]) end.agree(features, 30_000);
    expect((await speak()).every(isFull), "before the other end knows").toBe(true);
    for (const end of [host, worker]) end.sendAgreed();
    const agreed = await speak();
    expect(noted).toEqual([7, 7, 7]);
    for (const end of [host, worker]) end.close(gone);
    return agreed;
  };

  test("lines are short once both know that the other reads them", async () => {
    const lines = await talk(FEATURES);
    const at = (start: string): string | undefined => lines.find((line) => line.startsWith(start));
    expect(at("\x05")?.slice(1)).toMatch(/^\d+ add \{"a":1\}$/);
    expect(at("\x06")?.slice(1)).toMatch(/^\d+ \{"sum":3\}$/);
    expect(at("\x02")).toBe("\x02 note@k.1 7");
    expect(lines.filter((line) => line.startsWith("\x1e")).map((line) => line.slice(-2))).toEqual([" 1", " 2"]);
    expect(lines.find((line) => line.includes("count"))?.slice(1)).toMatch(/^\d+ count\+ \{\}\t\{"credit":\{.*\}\}$/);
    expect(at("{")).toBeUndefined();
  });

  test("lines are full to an end that does not read short ones", async () => {
    const lines = await talk(FEATURES.filter((feature) => feature !== "short"));
    expect(lines.filter((line) => !line.startsWith("{"))).toEqual([]);
  });

  test("what another codec writes is not shortened", async () => {
    const lines = await talk(FEATURES, { ...jsonCodec });
    expect(lines.some((line) => line.startsWith("\x05"))).toBe(false);
    expect(lines.some((line) => line.startsWith("\x06"))).toBe(true);
  });

  test.each([[FEATURES], [["stream", "input"]]])(
    "what is too heavy is told to who waits for it: %j",
    async (features) => {
      const deep: unknown = JSON.parse(`${"[".repeat(30)}${"]".repeat(30)}`);
      const limits = { depth: 20 };
      let thrown: unknown;
      const handlers = {
        add: () => deep,
        count: () => [1, deep, 2],
        async sum(_: unknown, { input }: IncomingCall) {
          try {
            for await (const _item of input ?? []);
          } catch (error) {
            thrown = error;
            return "failed";
          }
        },
      };
      const { host, worker } = peerPair(methods, handlers, { host: { limits }, worker: { limits } });
      agree([host, worker], features);
      await expect(host.request("add", deep)).rejects.toMatchObject({ code: -32600, message: /20 levels/ });
      await expect(host.request("add", 1)).rejects.toMatchObject({ code: -32014, message: /20 levels/ });
      const items: unknown[] = [];
      const read = async () => {
        for await (const item of host.stream("count", {})) items.push(item);
      };
      await expect(read()).rejects.toMatchObject({ code: -32014, message: /^count: .*20 levels/ });
      expect(items).toEqual([1]);
      await expect(host.request("sum", {}, { input: [1, deep, 2] })).resolves.toBe("failed");
      expect(thrown).toMatchObject({ code: -32602, message: expect.stringMatching(/^sum: .*20 levels/) });
      await settled();
      expect([host.load, worker.load]).toMatchObject([{ outgoing: 0 }, { incoming: 0 }]);
      for (const end of [host, worker]) end.close(gone);
    },
  );
});
