import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { lineReader } from "../src/channel-lines.js";
import type { Method, MethodMap, Schema } from "../src/contract.js";
import { ErrorCode, FEATURES, jsonCodec, lifecycle, notification, request, stream } from "../src/index.js";
import { type Message, parseMessage } from "../src/messages.js";
import { createHeadNamer } from "../src/named-heads.js";
import { validate } from "../src/validate.js";

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");
const [wireDocument, errorsDocument, readme] = (await Promise.all(
  ["../../../docs/wire-protocol.md", "../../../docs/errors.md", "../README.md"].map(read),
)) as [string, string, string];

const greeter = {
  greet: request({
    params: z.object({ name: z.string(), times: z.int().default(1) }),
    result: z.object({ text: z.string() }),
  }),
  tail: stream({ params: z.object({ file: z.string() }), item: z.string() }),
  flush: notification({ params: z.object({}) }),
};
const state = { "state.get": request({ params: z.object({ key: z.string() }), result: z.string().nullable() }) };
const methods: Record<string, MethodMap> = {
  ">": { ...greeter, ...lifecycle.hostToWorker },
  "<": { ...state, ...lifecycle.workerToHost },
};

interface Line {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly id?: number; readonly item?: unknown };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly data?: { readonly issues?: unknown } };
}

test("each short line of the document says what the full one below it does", () => {
  const pairs = [...wireDocument.matchAll(/^([\u2400-\u241f])(.*)\n(\{.*\})$/gm)];
  const reader = lineReader(jsonCodec);
  const namer = createHeadNamer();
  for (const [, picture = "", rest = "", full = ""] of pairs) {
    const line = (picture + rest)
      .replaceAll(/[\u2400-\u241f]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0x2400))
      .replace("⇥", "\t");
    expect(reader.decode(line)).toEqual(JSON.parse(full));
    const message = JSON.parse(full) as Message;
    // A head gets a name with the third call in a row.
    const isNaming = picture === "\u240e";
    const lines = Array.from({ length: isNaming ? 2 : 1 }, () => {
      const written = namer.line(message);
      namer.sent();
      return written;
    });
    expect(lines.at(-1)).toBe(line);
  }
  expect(new Set(pairs.map(([line]) => line[0])).size).toBe(7);
});

test("each line of the documented transcript is a message that fits its method, and every request is answered", () => {
  const open = { ">": new Map<number, string>(), "<": new Map<number, string>() };
  const refused = new Set<number>();
  let lines = 0;
  for (const [, from, json = ""] of wireDocument.matchAll(/^([<>]) (\{.*\})$/gm)) {
    const sender = from as "<" | ">";
    const message = JSON.parse(json) as Line;
    expect(parseMessage(message).kind).not.toBe("invalid");
    expect(JSON.stringify(message)).toBe(json);
    lines++;
    const { id, method, params } = message;
    if (method === undefined) {
      const asked = open[sender === ">" ? "<" : ">"];
      const definition = methods[sender === ">" ? "<" : ">"]?.[asked.get(id as number) as string] as Method;
      expect(asked.delete(id as number)).toBe(true);
      if (definition.kind === "request" && "result" in message) validate(definition.result, message.result, "result");
      if (message.error?.data?.issues !== undefined) expect(refused.has(id as number)).toBe(true);
      continue;
    }
    if (method === "$/stream/item") {
      validate(greeter.tail.item as Schema, params?.item, "item");
    } else if (!["$/stream/credit", "$/cancelRequest"].includes(method)) {
      const definition = methods[sender]?.[method] as Method;
      try {
        validate(definition.params as Schema, params, "params");
      } catch {
        refused.add(id as number);
      }
    }
    if (id !== undefined) open[sender].set(id, method);
  }
  expect(lines).toBeGreaterThanOrEqual(25);
  expect([...open[">"], ...open["<"]]).toEqual([]);
  expect(refused.size).toBe(1);
});

test("the wire document names every feature and every method of the runtime", () => {
  const names = [...FEATURES, ...Object.keys(lifecycle.hostToWorker), ...Object.keys(lifecycle.workerToHost)];
  for (const name of names) expect(wireDocument).toContain(`\`${name}`);
});

test("every code is documented with its number, and no other", () => {
  const documented = [...errorsDocument.matchAll(/^\| (-\d+) `([A-Z_]+)`/gm)].map(([, code, name]) => [
    name,
    Number(code),
  ]);
  expect(Object.fromEntries(documented)).toEqual(ErrorCode);
});

test("the README's examples compile, and the last one prints what it says", async () => {
  const folder = new URL("../reports/readme/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const blocks = [...readme.matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```$/gm)];
  expect(blocks.map(([, file]) => file)).toEqual(["indexer.ts", "product.ts", "peers.ts"]);
  for (const [, file = "", code = ""] of blocks) {
    await writeFile(new URL(file, folder), code.replaceAll('"@outrigger/protocol"', '"../../src/index.js"'));
  }
  const configPath = fileURLToPath(new URL("../tsconfig.json", import.meta.url));
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, fileURLToPath(new URL("..", import.meta.url)));
  const paths = blocks.map(([, file = ""]) => fileURLToPath(new URL(file, folder)));
  const program = ts.createProgram(paths, options);
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(new URL("peers.ts", folder).href);
  expect(printed.mock.calls).toEqual([[[{ file: "a.md", score: 1 }]]]);
  printed.mockRestore();
}, 60_000);
