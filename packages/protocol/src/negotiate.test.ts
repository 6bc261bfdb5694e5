import { expect, test } from "vitest";
import { isRpcError } from "./errors.js";
import type { InitializeParams, InitializeResult } from "./lifecycle.js";
import { acceptOffer, checkAnswer, commonProtocol, isHandshakeMismatch } from "./negotiate.js";

const contract = { name: "acme.greeter", version: 2 };
const ours = { protocol: { min: 1, max: 3 }, contract, features: ["cancel", "stream"] };
const offer = { protocol: { min: 2, max: 9 }, contract, features: ["stream", "later"] } as unknown as InitializeParams;

function mismatch(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isRpcError(error) && isHandshakeMismatch(error)) return error.message;
    throw error;
  }
  throw new Error("expected a mismatch");
}

test("the highest protocol both speak is picked, and only features both listed", () => {
  expect(acceptOffer(ours, offer)).toEqual({ protocol: 3, features: ["stream"] });
  expect(checkAnswer(ours, { protocol: 2, contract, features: ["cancel"] } as unknown as InitializeResult)).toEqual({
    ...{ protocol: 2, features: ["cancel"] },
  });
});

test("ranges that do not meet are a mismatch, whichever end is older", () => {
  expect(mismatch(() => commonProtocol({ min: 1, max: 1 }, { min: 2, max: 3 }))).toContain("upgrade the older one");
  expect(mismatch(() => commonProtocol({ min: 2, max: 3 }, { min: 1, max: 1 }))).toContain("upgrade the older one");
  expect(mismatch(() => checkAnswer(ours, { ...offer, protocol: 7 } as unknown as InitializeResult))).toContain("7");
});

test("another contract, or another version of it, is a mismatch that names both", () => {
  const other = { ...offer, contract: { name: "acme.other", version: 2 } };
  expect(mismatch(() => acceptOffer(ours, other))).toMatch(/"acme.greeter".*"acme.other"/);
  const newer = { ...offer, contract: { ...contract, version: 3 } };
  expect(mismatch(() => acceptOffer(ours, newer))).toMatch(/version 2.*3/);
});

test("a mismatch names host and plugin rightly, whichever end finds it and whichever shows it", () => {
  const offer = { protocol: { min: 1, max: 1 }, features: [], limits: {}, workerId: "w", capabilities: [] };
  const old = { protocol: { min: 1, max: 1 }, contract: { name: "c", version: 1 }, features: [] };
  const young = { ...old, contract: { name: "c", version: 2 } };
  expect(() => acceptOffer(young, { ...offer, contract: old.contract })).toThrow(
    /the plugin has version 2, the host 1/,
  );
  const answer = { protocol: 1, contract: young.contract, features: [], methods: [], declarations: {} };
  expect(() => checkAnswer(old, answer)).toThrow(/the host has version 1, the plugin 2/);
});
