import { expect, test } from "vitest";
import { z } from "zod";
import { jsonCodec } from "../codec.js";
import { defineContract, notification, request } from "../contract.js";
import { recordProcess, tapeHeader } from "./tape-recorder.js";

test("a tape's lines end at 0x0A for readers that know other ends, too", () => {
  const contract = defineContract({
    name: "a\u2028b",
    version: 1,
    hostToWorker: { note: notification({ params: z.unknown() }) },
    workerToHost: {},
  });
  const lines: string[] = [];
  const write = (line: string): boolean => lines.push(line) > 0;
  const source = {
    contract,
    workerId: "w\u2029",
    codec: jsonCodec,
    limits: { depth: 9, values: 9 },
    now: () => 0,
    write,
  };
  lines.push(tapeHeader(source, "2026-01-01T00:00:00.000Z"));
  const recorder = recordProcess(source, 1, 0);
  const params = { text: "one\u2028two\u2029" };
  recorder.message("host", `\x02 note ${JSON.stringify(params)}`, undefined);
  recorder.cutOff("worker", { start: "secret", bytes: 9_000 });
  recorder.exit({ code: 0, signal: null, reason: "\u2028" });
  expect(lines).toHaveLength(4);
  expect(lines[2]).not.toContain("secret");
  expect(lines.join("\n")).not.toMatch(/[\u2028\u2029]/);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { workerId: "w\u2029", contract: { name: "a\u2028b" } },
    { message: { params } },
    { from: "worker", unreadable: { reason: "cut off before its newline", bytes: 9_000 } },
    { exit: { reason: "\u2028", messages: 2 } },
  ]);
});

test("lists that came by column are on a tape as lists, without what is secret in them", () => {
  const rows = z.array(z.object({ id: z.int(), key: z.string() }));
  const contract = defineContract({
    name: "acme.rows",
    version: 1,
    hostToWorker: {
      list: request({ params: z.object({}), result: z.object({ rows }), secret: { result: ["rows"] } }),
      show: request({ params: z.object({}), result: z.object({ rows }) }),
    },
    workerToHost: {},
  });
  const lines: string[] = [];
  const recorder = recordProcess(
    {
      ...{ contract, workerId: "w", codec: jsonCodec, limits: { depth: 9, values: 99 }, now: () => 0 },
      write: (line) => lines.push(line) > 0,
    },
    1,
    0,
  );
  for (const [id, method] of ["list", "show"].entries()) {
    recorder.message("host", `\x05${id} ${method} {}`, undefined);
    const result = '{"rows":{"id":[1,2],"key":["s3cret","s3cret"]}}';
    const bulk = '[{"path":["result","rows"],"as":"columns"}]';
    recorder.message("worker", `{"jsonrpc":"2.0","id":${id},"result":${result},"bulk":${bulk}}`, undefined);
  }
  expect(lines[1]).not.toContain("s3cret");
  expect(JSON.parse(lines[3] ?? "")).toMatchObject({
    message: {
      result: {
        rows: [
          { id: 1, key: "s3cret" },
          { id: 2, key: "s3cret" },
        ],
      },
    },
  });
  expect(lines.join()).not.toContain("columns");
});

test("calls that tell a head by name are on a tape as calls, whatever becomes of the line that named it", () => {
  const contract = defineContract({
    name: "acme.notes",
    version: 1,
    hostToWorker: { note: notification({ params: z.unknown(), secret: true }) },
    workerToHost: { tell: notification({ params: z.unknown() }) },
  });
  const lines: string[] = [];
  const source = { contract, workerId: "w", codec: jsonCodec, limits: { depth: 3, values: 99 }, now: () => 0 };
  const recorder = recordProcess({ ...source, write: (line) => lines.push(line) > 0 }, 1, 0);
  recorder.message("host", "\x0eA\x02 note [[[[1]]]]", undefined);
  recorder.message("worker", "\x0eA\x02 tell 1", undefined);
  recorder.message("host", '\x0fA{"key":"hush"}', undefined);
  recorder.message("worker", "\x0fA2", undefined);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { from: "host", unreadable: { reason: "nested too deep" } },
    { from: "worker", message: { method: "tell", params: 1 } },
    { from: "host", message: { method: "note" } },
    { from: "worker", message: { method: "tell", params: 2 } },
  ]);
  expect(lines.join("")).not.toContain("hush");
});
