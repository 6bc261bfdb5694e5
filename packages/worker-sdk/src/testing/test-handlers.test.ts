import type { HandlerContext, HostHandlers } from "@outrigger/protocol/tracing";
import { expect, expectTypeOf, test } from "vitest";
import { greeter } from "../../test/contracts/greeter.js";
import { definePlugin } from "../define-plugin.js";
import { createTestHost, type TestHost } from "./test-host.js";

const greeting = definePlugin(greeter, {
  async greet({ name }, { host }) {
    return { text: `${await host.request("state.get", { key: name })}` };
  },
  tail: () => [],
  flush() {},
});

test("a product's handlers are used as they are, and are told what a host tells them", async () => {
  const seen: HandlerContext[] = [];
  const handlers: HostHandlers<typeof greeter> = {
    "state.get": ({ key }, context) => {
      expectTypeOf(context.scope.tenant).toBeString();
      context.log.child({ key }).info({ found: true }, "looked up");
      seen.push(context);
      return key;
    },
  };
  const startedAt = Date.now();
  const host = await createTestHost(greeting, { handlers, workerId: "w" });
  await host.request("greet", { name: "Ada" }, { timeoutMs: 10_000 });
  const [call] = host.calls;
  expectTypeOf(call?.method).toEqualTypeOf<"state.get" | undefined>();
  expectTypeOf(call?.params).toEqualTypeOf<{ key: string } | undefined>();
  expectTypeOf(call?.scope?.tenant).toEqualTypeOf<string | undefined>();
  expectTypeOf(host.recorded.activity[0]?.scope?.tenant).toEqualTypeOf<string | undefined>();
  const [context] = seen;
  if (context === undefined) throw new Error("the handler did not run");
  expect(context).toMatchObject({ workerId: "w", incarnation: 1, method: "state.get", scope: { tenant: "test" } });
  expect([...context.capabilities]).toEqual(["state.read"]);
  const wait = (context.deadline ?? Number.NaN) - startedAt;
  expect(wait).toBeGreaterThan(5_000);
  expect(wait).toBeLessThan(15_000);
  const fields = { workerId: "w", key: "Ada", found: true };
  expect(host.hostLogs).toEqual([{ level: "info", message: "looked up", fields }]);
  expect(context.ended.aborted).toBe(false);
  await host.close();
  expect(context.ended.aborted).toBe(true);
});

test("a call made in a host's handler ends with the call it is made for, as with a host", async () => {
  const plugin = definePlugin(greeter, {
    async greet({ name }, { host, deadline }) {
      if (name === "inner") return { text: `${(deadline ?? 0) - Date.now()}` };
      return { text: `${await host.request("state.get", { key: name })}` };
    },
    tail: () => [],
    flush() {},
  });
  await using host: TestHost<typeof greeter> = await createTestHost(plugin, {
    handlers: { "state.get": async (): Promise<string> => (await host.request("greet", { name: "inner" })).text },
  });
  const { text } = await host.request("greet", { name: "outer" }, { timeoutMs: 1_500 });
  expect(Number(text)).toBeGreaterThan(0);
  expect(Number(text)).toBeLessThanOrEqual(1_501);
});
