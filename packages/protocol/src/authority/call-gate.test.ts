import { expect, test } from "vitest";
import { z } from "zod";
import { notification } from "../contract.js";
import { createCallGate } from "./call-gate.js";
import { createInvocations } from "./invocations.js";

const call = { method: "m", params: {}, meta: undefined, bytes: 0 };

function gate() {
  let now = 0;
  const invocations = createInvocations<unknown>("k", { graceMs: 1, notificationMs: 20, max: 5, bytes: 1e6 });
  const made = createCallGate({
    capabilities: new Set(),
    invocations,
    channels: { admit: () => true },
    now: () => now,
    isInitialized: () => true,
  });
  const origin = (invocationId: unknown) => made.admit({ ...call, meta: { invocationId: invocationId as string } });
  return { invocations, made, origin, pass: () => void now++ };
}

test("an invocation id is the host's word: shown while it is live, and never what a worker made up", () => {
  const { invocations, made, origin, pass } = gate();
  const id = invocations.open({ tenant: "t1" }, 0);
  expect(origin(id)).toEqual({ invocation: "live", invocationId: id, scope: { tenant: "t1" } });
  for (const invented of ["k.9", "admin", 7, { tenant: "t1" }]) {
    expect(origin(invented)).toEqual({ invocation: "unknown", invocationId: undefined, scope: undefined });
  }
  expect(made.admit(call)).toEqual({ invocation: "none", invocationId: undefined, scope: undefined });
  invocations.settle(id, 0);
  pass();
  expect(origin(id)).toEqual({ invocation: "expired", invocationId: undefined, scope: undefined });
});

test("a call that was refused after it was authorized leaves nothing to one that reads the same", () => {
  const { invocations, made, pass } = gate();
  const id = invocations.open({ tenant: "t1" }, 0);
  const meta = { invocationId: id };
  made.authorize("m", notification({ params: z.object({}), scoped: true }), meta);
  invocations.settle(id, 0);
  pass();
  made.authorize("m", notification({ params: z.object({}) }), meta);
  expect(made.admit({ ...call, meta })).toMatchObject({ invocation: "expired", scope: undefined });
});
