import { readFileSync } from "node:fs";
import { CallContext } from "@outrigger/protocol/tracing";
import { expect, test } from "vitest";
import { WORKER_EVENTS } from "./host-events.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** What the runtime itself reads. */
const UNTOLD: ReadonlySet<string> = new Set(["constructor", "trace", "cancellation", "remainingMs"]);

test("the README names what a handler is told: all of it, and nothing else", () => {
  const listed = /A handler gets the checked params and `\{ ([^}]*) \}`/.exec(readme)?.[1]?.split(", ");
  const members = Object.getOwnPropertyNames(CallContext.prototype).filter((name) => !UNTOLD.has(name));
  expect([...(listed ?? []), "progress", "input"].sort()).toEqual(members.sort());
});

test("the README names all events", () => {
  const row = readme.split("\n").find((line) => line.startsWith("| `on`, `once`, `off`"));
  const listed = row?.split("|")[2]?.match(/`[\w-]+`/g);
  expect(listed?.map((name) => name.slice(1, -1)).sort()).toEqual(Object.keys(WORKER_EVENTS).sort());
});

test("the README links to nothing outside the package, where its readers on npm would find nothing", () => {
  expect(readme.match(/\]\((?!https?:|#)[^)]*\)/g)).toBeNull();
});
