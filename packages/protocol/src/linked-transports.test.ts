import { expect, test } from "vitest";
import { wire } from "../test/peer-pair.js";
import { linkedTransports } from "./linked-transports.js";

test("lines sent before the other end starts wait for it", async () => {
  const [left, right] = linkedTransports();
  left.send('{"n":1}');
  left.send('{"n":2}');
  expect(left.unsentBytes()).toBe(16);
  const end = wire(right);
  expect([await end.next(), await end.next()]).toEqual([{ n: 1 }, { n: 2 }]);
  await left.flush();
  expect(left.unsentBytes()).toBe(0);
});

test("nothing is delivered before start has returned", async () => {
  const [left, right] = linkedTransports();
  left.send("{}");
  let started = false;
  const arrived = new Promise((resolve) => {
    right.start({ message: () => resolve(started), batch: (tell) => tell(), closed: () => {} });
    started = true;
  });
  await expect(arrived).resolves.toBe(true);
});

test("closing inside a message keeps the order of what is on its way", async () => {
  const [left, right] = linkedTransports({ chunkBytes: 3 });
  const seen: string[] = [];
  const closed = new Promise((resolve) => {
    right.start({
      message(line) {
        seen.push(line);
        if (line !== '"a"') return;
        left.send('"d"');
        left.close();
      },
      batch: (tell) => tell(),
      closed: resolve,
    });
  });
  for (const line of ["a", "b", "c"]) left.send(JSON.stringify(line));
  await closed;
  expect(seen).toEqual(['"a"', '"b"', '"c"', '"d"']);
});

test("the end is told once to each end, and nothing is taken after it", async () => {
  const [left, right] = linkedTransports();
  const ends = [wire(left), wire(right)];
  left.close();
  right.close();
  left.close();
  expect(await Promise.all(ends.map(({ closed }) => closed))).toEqual([undefined, undefined]);
  expect(left.send("{}")).toBe(false);
  await left.flush();
});
