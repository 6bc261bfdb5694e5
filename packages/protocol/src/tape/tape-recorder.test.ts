import { expect, test } from "vitest";
import { z } from "zod";
import { jsonCodec } from "../codec.js";
import { defineContract, notification } from "../contract.js";
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
