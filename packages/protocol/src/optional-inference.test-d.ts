import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineContract, request } from "./contract.js";
import type { Handlers, HostToWorker } from "./contract-types.js";

test("optional and scoped are told apart where the method is defined, inside defineContract too", () => {
  const params = z.object({});
  const contract = defineContract({
    name: "t",
    version: 1,
    hostToWorker: {
      must: request({ params, result: params }),
      may: request({ params, result: params, optional: true, scoped: true }),
    },
  });
  const { must, may } = contract.hostToWorker;
  expectTypeOf(may.optional).toEqualTypeOf<true>();
  expectTypeOf(may.scoped).toEqualTypeOf<true>();
  expectTypeOf(must.optional).toEqualTypeOf<false>();
  expectTypeOf<{ must: () => Record<string, never> }>().toExtend<Handlers<HostToWorker<typeof contract>, unknown>>();
});
