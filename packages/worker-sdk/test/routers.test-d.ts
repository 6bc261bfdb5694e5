import { defineContract, request } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import {
  action,
  actions,
  data,
  definePlugin,
  event,
  events,
  job,
  jobs,
  query,
  tool,
  tools,
} from "@outrigger/worker-sdk";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";

const product = defineContract({
  name: "acme.product",
  version: 1,
  hostToWorker: { ...pluginContract.hostToWorker },
  workerToHost: {
    ...pluginContract.workerToHost,
    answer: request({ params: z.object({}), result: z.literal(42) }),
  },
});

// Written apart from definePlugin, it knows the ready-made contract.
const search = tool({ description: "Searches", params: z.object({ q: z.string() }) }, async ({ q }, { host }) => {
  expectTypeOf(await host.request("state.get", { key: q })).toBeUnknown();
  return { content: q };
});

test("routers type params, context and result", () => {
  definePlugin(product, {
    executeTool: tools({
      search,
      outline: tool(
        { description: "…", params: z.object({ depth: z.int().default(2) }) },
        async ({ depth }, { host, progress }, { run }) => {
          expectTypeOf(depth).toEqualTypeOf<number>();
          expectTypeOf(run.tenant).toEqualTypeOf<string>();
          expectTypeOf(await host.request("answer", {})).toEqualTypeOf<42>();
          progress({ done: 1 });
          // @ts-expect-error: not of a tool's progress
          progress({ done: "1" });
          return { content: "" };
        },
      ),
    }),
    runJob: jobs({
      reindex: async (run, { progress, host }) => {
        expectTypeOf(run.attempt).toEqualTypeOf<number>();
        expectTypeOf(run.params).toBeUnknown();
        progress({ done: 1 });
        await host.request("answer", {});
      },
      prune: job({ params: z.object({ days: z.number() }) }, ({ params }) => {
        expectTypeOf(params.days).toEqualTypeOf<number>();
      }),
    }),
    onEvent: events({
      "issue.*": async ({ payload }, { host }) => {
        expectTypeOf(payload).toBeUnknown();
        await host.request("answer", {});
      },
      "file.changed": event({ payload: z.object({ path: z.string() }) }, async ({ payload, id }, { host }) => {
        expectTypeOf(payload.path).toEqualTypeOf<string>();
        expectTypeOf(id).toEqualTypeOf<string>();
        await host.request("answer", {});
      }),
    }),
    getData: data({
      stats: async (params, { host }) => {
        expectTypeOf(params).toBeUnknown();
        return { answer: await host.request("answer", {}) };
      },
      page: query({ params: z.object({ n: z.number() }) }, ({ n }) => n + 1),
    }),
    performAction: actions({
      "add-folder": action({ params: z.object({ path: z.string() }) }, async ({ path }, { progress }) => {
        expectTypeOf(path).toEqualTypeOf<string>();
        progress({ message: path });
      }),
    }),
  });
});

test("a wrong router does not compile", () => {
  // @ts-expect-error: a tool answers with content
  tools({ bad: tool({ description: "…", params: z.object({}) }, () => ({ text: "" })) });
  // @ts-expect-error: a tool has a description
  tool({ params: z.object({}) }, () => ({ content: "" }));
  // @ts-expect-error: jobs are no tools
  definePlugin(product, { executeTool: jobs({}) });
});
