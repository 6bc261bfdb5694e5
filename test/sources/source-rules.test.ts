import { describe, expect, it } from "vitest";
import {
  childProcess,
  cycles,
  impurities,
  isPure,
  slowImports,
  tooLong,
  untyped,
  wrongPackage,
} from "./source-check.js";
import { parse, type SourceFile, sourceFiles } from "./source-files.js";
import { allowedPackages, maxLines } from "./source-rules.js";

const files = sourceFiles(Object.keys(allowedPackages));
const each = (rule: (file: SourceFile) => string[]): string[] => [...files.values()].flatMap(rule);

describe("the sources keep the rules", () => {
  it("packages import only packages below them", () => expect(each(wrongPackage)).toEqual([]));
  it("no import cycles", () => expect(cycles(files)).toEqual([]));
  it("pure files use no I/O, clock or randomness", () => expect(each((file) => impurities(files, file))).toEqual([]));
  it("only launchers and kill-tree start processes", () => expect(each(childProcess)).toEqual([]));
  it("no start of a worker loads a schema library", () => expect(slowImports(files)).toEqual([]));
  it(`no file over ${maxLines} lines`, () => expect(each(tooLong)).toEqual([]));
  it("no any outside the one audited file", () => expect(each(untyped)).toEqual([]));
});

describe("each rule catches a breach", () => {
  const pure = "protocol/src/framing.ts";
  const tree = (...sources: [string, string][]) => new Map(sources.map(([path, text]) => [path, parse(path, text)]));
  const impure = (text: string) => impurities(tree(["protocol/src/index.ts", index]), parse(pure, text));
  const index = 'export { Peer } from "./peer.js"; export { RpcError } from "./errors.js";';

  it.each([
    ["host/src/a.ts", 'import { serve } from "@outrigger/worker-sdk";'],
    ["worker-sdk/src/a.ts", 'import type { Host } from "@outrigger/host/testing";'],
    ["protocol/src/a.ts", 'export * from "@outrigger/host";'],
    ["example-plugin/src/plugin.ts", 'import { createHost } from "@outrigger/host";'],
    ["host/src/a.ts", 'import { Peer } from "../../protocol/src/peer.js";'],
  ])("direction: %s with %s", (path, text) => expect(wrongPackage(parse(path, text))).toHaveLength(1));
  it("direction: the demo joins both ends", () =>
    expect(wrongPackage(parse("example-plugin/src/demo.ts", 'import {} from "@outrigger/host";'))).toEqual([]));

  it("cycles", () => {
    const found = cycles(
      tree(
        ["host/src/a.ts", 'import "./b.js";'],
        ["host/src/b.ts", 'export { c } from "./c.js";'],
        ["host/src/c.ts", 'import type { A } from "./a.js";'],
      ),
    );
    expect(found).toEqual(["host/src/a.ts -> host/src/b.ts -> host/src/c.ts -> host/src/a.ts"]);
  });

  it.each([
    'import { readFile } from "node:fs";',
    'import { Peer } from "./peer.js";',
    'import "./errors-of-someone.js";',
    'import { Peer } from "./index.js";',
    'await import("node:fs");',
    "export const at = () => Date.now();",
    "export const id = () => Math.random();",
    "export const later = (f: () => void) => setTimeout(f, 1);",
    "export const env = process.env;",
    "export const env = { process };",
  ])("pure files: %s", (text) => expect(impure(text)).toHaveLength(1));
  it.each([
    'import type { Readable } from "node:stream"; import { type Peer } from "./peer.js";',
    'import { RpcError } from "./errors.js"; import { z } from "zod";',
    'import { RpcError } from "./index.js";',
    "export const run = (task: { process: number }) => task.process;",
    "export const at = (date: Date) => date.now;",
  ])("pure files may: %s", (text) => expect(impure(text)).toEqual([]));
  it("pure folders", () => expect(isPure("protocol/src/plugin-contract/state-methods.ts")).toBe(true));

  it("slow starts", () => {
    const found = slowImports(
      tree(
        ["worker-sdk/src/index.ts", 'import type { z } from "zod"; export { b } from "./b.js";'],
        ["worker-sdk/src/b.ts", 'import { z } from "zod";'],
        ["worker-sdk/src/c.ts", 'import { z } from "zod";'],
      ),
    );
    expect(found).toEqual(["worker-sdk/src/b.ts loads zod"]);
  });

  it("processes", () => {
    const text = 'import { spawn } from "node:child_process";';
    expect(childProcess(parse("host/src/supervisor.ts", text))).toHaveLength(1);
    expect(childProcess(parse("host/src/node-launcher.ts", text))).toEqual([]);
  });
  it("length", () => expect(tooLong(parse("host/src/a.ts", `${"\n".repeat(maxLines)}x;`))).toHaveLength(1));
  it("any", () =>
    expect(untyped(parse("host/src/a.ts", "const a: any = 1;\nconst any = <any>a;"))).toEqual([
      "host/src/a.ts:1 says any",
      "host/src/a.ts:2 says any",
    ]));
});
