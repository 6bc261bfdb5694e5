import { defineContract, ErrorCode, request, stream } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { z } from "zod";
import { definePlugin } from "../define-plugin.js";
import { currentContext } from "../invocation.js";
import { createTestHost } from "./test-host.js";

const nothing = z.object({});
const contract = defineContract({
  name: "acme.importer",
  version: 1,
  hostToWorker: {
    sum: request({ params: nothing, result: z.number(), input: z.number() }),
    double: stream({ params: nothing, item: z.number(), input: z.string().transform(Number) }),
    export: request({ params: nothing, result: z.unknown() }),
  },
  workerToHost: {
    collect: request({ params: nothing, result: z.number(), input: z.number(), progress: z.number(), scoped: true }),
  },
});

const importer = definePlugin(contract, {
  async sum(_, { input }) {
    let sum = 0;
    for await (const item of input) sum += item;
    return sum;
  },
  async *double(_, { input }) {
    for await (const item of input) yield item * 2;
  },
  async export(_, { host }) {
    async function* tenants() {
      // The generator runs in the call that it is the input of.
      for (let n = 1; n <= 3; n++) yield n * Number(currentContext(contract)?.scope?.tenant);
    }
    const progress: number[] = [];
    const sum = await host.request("collect", {}, { input: tenants(), onProgress: (n) => progress.push(n) });
    return { sum, progress };
  },
});

test("a plugin in memory reads the input of its callers, and what does not fit is their error", async () => {
  await using host = await createTestHost(importer);
  expect(host.answer.features).toContain("input");
  await expect(host.request("sum", {}, { input: [1, 2, 3] })).resolves.toBe(6);
  const doubled: number[] = [];
  for await (const item of host.stream("double", {}, { input: ["1", "2"] })) doubled.push(item);
  expect(doubled).toEqual([2, 4]);
  await expect(host.request("sum", {}, { input: ["1"] as never })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: "sum: input: expected number, received string",
  });
});

test("a plugin in memory sends input to the test's handlers, in the scope of its call", async () => {
  await using host = await createTestHost(importer, {
    handlers: {
      async collect(_, { input, progress }) {
        let sum = 0;
        for await (const item of input) {
          sum += item;
          progress(sum);
        }
        return sum;
      },
    },
  });
  await expect(host.request("export", {}, { scope: { tenant: "7" } })).resolves.toEqual({
    sum: 42,
    progress: [7, 21, 42],
  });
});
