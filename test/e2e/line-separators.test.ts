import { expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { rawHost } from "./raw-host.js";

test("B9: U+2028 and U+2029 arrive whole both ways, also in a worker that reads with node:readline", async () => {
  const { host } = rawHost();
  await using _ = host;
  const worker = await host.start("w", { entry: fixture("readline-worker") });
  const value = "a\u2028b\u2029c\r\nd\ne\u0085f";
  await expect(worker.request("echo", { value }, { timeoutMs: 10_000 })).resolves.toBe(value);
  await expect(worker.request("echo", { value: { [value]: [value] } })).resolves.toEqual({ [value]: [value] });
});
