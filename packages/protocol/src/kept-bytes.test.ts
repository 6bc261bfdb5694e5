import { expect, test } from "vitest";
import { z } from "zod";
import { later, peerPair, settled } from "../test/peer-pair.js";
import { request } from "./contract.js";
import { ErrorCode } from "./errors.js";
import { createKeptBytes } from "./kept-bytes.js";

test("calls share the room; what comes alone is taken, and a closed account counts nothing any more", () => {
  const kept = createKeptBytes(100);
  const [one, other] = [kept.open(), kept.open()];
  expect([one.keeps(150), other.keeps(1), kept.hasRoom(1)]).toEqual([true, false, false]);
  one.keeps(-100);
  expect([other.keeps(50), other.keeps(1), kept.total()]).toEqual([true, false, 100]);
  one.close();
  one.keeps(-50);
  expect([kept.total(), kept.hasRoom(50)]).toEqual([50, true]);
});

test("the unread input of all calls together is bounded: past it the one that brings more ends, and room comes back", async () => {
  const methods = { hold: request({ params: z.unknown(), result: z.unknown(), input: z.string() }) };
  const gates = [later(), later(), later(), later()];
  const { host } = peerPair(
    methods,
    {
      hold: async (n, call) => {
        const items = call.input as AsyncIterable<unknown>;
        await gates[n as number]?.promise;
        let count = 0;
        for await (const _ of items) count++;
        return count;
      },
    },
    { worker: { limits: { incomingBytes: 8_000, streamBytes: 1_000 } } },
  );
  const large = "x".repeat(3_000);
  const hold = (n: number): Promise<unknown> => host.request("hold", n, { input: [large] });
  const [first, second] = [hold(0), hold(1)];
  await settled();
  const third = hold(2);
  await settled();
  gates[2]?.resolve();
  await expect(third).rejects.toMatchObject({ code: ErrorCode.OVERLOADED });
  for (const gate of gates) gate.resolve();
  await expect(Promise.all([first, second])).resolves.toEqual([1, 1]);
  await expect(hold(3)).resolves.toBe(1);
});
