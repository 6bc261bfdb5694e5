import fc from "fast-check";
import { expect, it } from "vitest";
import { createInspectorLines } from "./inspector-lines.js";

const URL_OF = "ws://127.0.0.1:38829/c5b5ca36-9085-4c5b-b465-a7b40a2d6692";
const OPENED = `Debugger listening on ${URL_OF}\nFor help, see: https://nodejs.org/learn/getting-started/debugging\n`;
const VISITED = `Debugger attached.\nDebugger ending on ${URL_OF}\nFor help, see: https://nodejs.org/en/docs/inspector\nWaiting for the debugger to disconnect...\n`;

function reader() {
  const addresses: string[] = [];
  let foreign = 0;
  const lines = createInspectorLines(
    (url) => addresses.push(url),
    () => foreign++,
  );
  const read = (...pieces: string[]): string => pieces.map((piece) => lines.push(piece)).join("") + lines.end();
  return { lines, addresses, read, foreign: () => foreign };
}

it("what Node says of an inspector the host opened is taken out, wherever the text is cut", () => {
  const whole = `one\n${OPENED}two, unfinished ${VISITED}three\nFor D`;
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
      const { addresses, lines, read } = reader();
      lines.expectAddress();
      lines.expectVisit();
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      expect(read(...at.slice(1).map((end, index) => whole.slice(at[index], end)))).toBe(
        "one\ntwo, unfinished three\nFor D",
      );
      expect(addresses).toEqual([URL_OF]);
    }),
  );
});

it("no more lines are taken out than the host has brought about", () => {
  const { addresses, foreign, lines, read } = reader();
  lines.expectAddress();
  lines.expectVisit();
  const said = OPENED + VISITED;
  expect(read(said + said + said)).toBe(said + said);
  expect(addresses).toHaveLength(1);
  expect(foreign()).toBe(0);
  for (let visits = 0; visits < 100; visits++) lines.expectVisit();
  expect(read(VISITED + VISITED + VISITED)).toBe(VISITED);
});

it("what somebody who debugs the worker reads there stays, and is told of once", () => {
  const { addresses, foreign, read } = reader();
  const text = OPENED + VISITED;
  expect(read(text, text)).toBe(text + text);
  expect(addresses).toEqual([]);
  expect(foreign()).toBe(1);
});

it("what is held back when the host opens it is not lost", () => {
  const { addresses, foreign, lines, read } = reader();
  expect(lines.push("x\nDebugger listening on w")).toBe("x\n");
  lines.expectAddress();
  expect(read(`s://127.0.0.1:1/${"0".repeat(36)}\ny`)).toBe("y");
  expect(addresses).toHaveLength(1);
  expect(foreign()).toBe(0);
});

it("an address of somebody else that is half there when the host opens it is told of as such", () => {
  const { foreign, lines, read } = reader();
  const text = `Debugger listening on ${URL_OF}\n`;
  expect(lines.push(text.slice(0, 40))).toBe("");
  lines.expectAddress();
  expect(foreign()).toBe(1);
  read(text.slice(40));
});

it.each([
  "Debugger listening on ws://10.0.0.1:80/c5b5ca36-9085-4c5b-b465-a7b40a2d6692\n",
  "Debugger listening on ws://127.0.0.1:80/../secret\n",
  `Debugger listening on ${URL_OF} or so\n`,
  `Debugger listening on ws://127.0.0.1:80/${"a".repeat(300)}\n`,
])("no other address is one: %s", (text) => {
  const { addresses, lines, read } = reader();
  lines.expectAddress();
  expect(read(text)).toBe(text);
  expect(addresses).toEqual([]);
});
