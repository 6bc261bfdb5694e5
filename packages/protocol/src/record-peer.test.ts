import { expect, test } from "vitest";
import { z } from "zod";
import { agree, gone, overheard, serving, settled, testPeer } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { RpcError } from "./errors.js";
import type { IncomingCall } from "./incoming-call.js";
import { FEATURES, linkedTransports } from "./index.js";

const methods = {
  echo: request({ params: z.unknown(), result: z.unknown(), progress: z.unknown() }),
  fail: request({ params: z.object({}), result: z.null() }),
  sum: request({ params: z.object({}), result: z.unknown(), input: z.unknown() }),
  chunks: stream({ params: z.object({}), item: z.unknown() }),
  note: notification({ params: z.unknown() }),
};
const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id, name: `row ${id}` }));
const list = { rows: rows(32) };

/** What two ends with these features write, once they agreed. */
async function talk(features: readonly string[], payload: unknown = list) {
  const lines: string[] = [];
  const got: unknown[] = [];
  const handlers = {
    echo(params: unknown, call: IncomingCall) {
      call.progress(params);
      return params;
    },
    fail() {
      throw new RpcError(7, "no", { data: payload });
    },
    async sum(_: unknown, { input }: IncomingCall) {
      const items: unknown[] = [];
      for await (const item of input ?? []) items.push(item);
      return items[0];
    },
    *chunks() {
      yield payload;
    },
    note: (params: unknown) => void got.push(params),
  };
  const [near, far] = linkedTransports();
  const worker = testPeer(overheard(far, lines), serving(methods, handlers));
  const host = testPeer(overheard(near, lines), { outgoing: methods });
  agree([host, worker], features);
  got.push(await host.request("echo", payload, { onProgress: (value) => void got.push(value) }));
  got.push(await host.request("sum", {}, { input: [payload] }));
  for await (const item of host.stream("chunks", {})) got.push(item);
  got.push(await host.request("fail", {}).catch((error: RpcError) => error.data));
  host.notify("note", payload);
  await settled();
  for (const end of [host, worker]) end.close(gone);
  return { got, told: lines.filter((line) => line.includes("row 7")) };
}

const ALL = 8;

test("long lists of records are written by column, wherever they stand, and arrive as they were", async () => {
  const { got, told } = await talk(FEATURES);
  expect(got).toEqual(Array(6).fill(list));
  expect(told).toHaveLength(ALL);
  for (const line of told) {
    expect(line).toContain(`{"id":[${list.rows.map(({ id }) => id).join()}],"name":["row 0",`);
    expect(line).toMatch(/"bulk":\[\{"path":\[("\w+",)+"rows"\],"as":"columns"\}\]\}$/);
  }
});

test.each<[string, readonly string[], unknown]>([
  ["to an end that does not read columns", FEATURES.filter((feature) => feature !== "columns"), list],
  ["of fewer records", FEATURES, { rows: rows(31) }],
  ["that are the smaller part of what is said", FEATURES, { ...list, other: Array(100).fill(1) }],
  ["beside bytes", FEATURES, { ...list, bytes: Uint8Array.of(1) }],
  ["in a member that no path leads through", FEATURES, JSON.parse(`{"__proto__":${JSON.stringify(rows(40))}}`)],
  ["of which one differs", FEATURES, { rows: [...rows(40), { id: 1 }] }],
])("a list is written as it is %s", async (_, features, payload) => {
  const { got, told } = await talk(features, payload);
  expect(got).toEqual(Array(6).fill(payload));
  expect(told).toHaveLength(ALL);
  for (const line of told) expect(line).not.toContain('"columns"');
});

test("several lists, lists in lists, and a list that is the whole payload", async () => {
  for (const payload of [
    rows(64),
    { a: rows(40), b: { c: [{ d: rows(50) }] } },
    rows(40).map((row) => ({ ...row, inner: rows(33) })),
  ]) {
    const { got, told } = await talk(FEATURES, payload);
    expect(got).toEqual(Array(6).fill(payload));
    for (const line of told) expect(line).toContain('"as":"columns"');
  }
});
