import { type Codec, jsonCodec } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { setup } from "../test/host-setup.js";

/** What a worker is offered, and the lines it gets once it has answered. */
async function told(codec?: Codec) {
  const lines: string[] = [];
  const offered: string[] = [];
  const { start, launcher } = setup(
    {
      handlers: { echo: (params) => (params as { text: string }).text },
      initialize(offer, answer) {
        offered.push(...offer.features);
        launcher.latest.stdin.on("data", (chunk) => lines.push(...String(chunk).split("\n")));
        return answer;
      },
    },
    {},
    codec && { codec },
  );
  const worker = await start();
  await expect(worker.request("echo", { text: "hi" })).resolves.toBe("hi");
  return { offered, line: lines.find((line) => line.includes("echo")) };
}

test("a host writes short lines to a worker that reads them", async () => {
  const { offered, line } = await told();
  expect(offered).toContain("short");
  expect(line?.slice(1)).toMatch(/^\d+ echo \{"text":"hi"\}$/);
});

test("a host with a codec of its own neither offers nor writes them", async () => {
  const { offered, line } = await told({ ...jsonCodec });
  expect(offered).not.toContain("short");
  expect(offered).not.toContain("columns");
  expect(offered).toContain("bulk");
  expect(JSON.parse(line ?? "")).toMatchObject({ method: "echo", params: { text: "hi" } });
});
