import fc from "fast-check";
import { expect, it } from "vitest";
import { createInspectorLines } from "./inspector-lines.js";

const URL_OF = "ws://127.0.0.1:38829/c5b5ca36-9085-4c5b-b465-a7b40a2d6692";
const OPENED = `Debugger listening on ${URL_OF}\nFor help, see: https://nodejs.org/learn/getting-started/debugging\n`;

function reader() {
  const addresses: string[] = [];
  let foreign = 0;
  const lines = createInspectorLines(
    (url) => addresses.push(url),
    () => foreign++,
  );
  const read = (pieces: readonly string[]): string => pieces.map((piece) => lines.push(piece)).join("") + lines.end();
  return { lines, addresses, read, foreign: () => foreign };
}

it("what Node says of an inspector the host opened is taken out, wherever the text is cut", () => {
  const whole = `one\n${OPENED}two, unfinished Debugger attached.\nthree\nDebugger ending on ${URL_OF}\nFor D`;
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
      const { addresses, lines, read } = reader();
      lines.expect();
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      expect(read(at.slice(1).map((end, index) => whole.slice(at[index], end)))).toBe(
        "one\ntwo, unfinished three\nFor D",
      );
      expect(addresses).toEqual([URL_OF]);
    }),
  );
});

it("what somebody who debugs the worker reads there stays, and is told of once", () => {
  const { addresses, foreign, read } = reader();
  const text = `${OPENED}Debugger attached.\n`;
  expect(read([text, text])).toBe(text + text);
  expect(addresses).toEqual([]);
  expect(foreign()).toBe(1);
});

it("what is held back when the host opens it is not lost", () => {
  const { addresses, lines, read } = reader();
  expect(lines.push("x\nDebugger listening on w")).toBe("x\n");
  lines.expect();
  expect(read([`s://127.0.0.1:1/${"0".repeat(36)}\ny`])).toBe("y");
  expect(addresses).toHaveLength(1);
});

it.each([
  "Debugger listening on ws://10.0.0.1:80/c5b5ca36-9085-4c5b-b465-a7b40a2d6692\n",
  "Debugger listening on ws://127.0.0.1:80/../secret\n",
  `Debugger listening on ${URL_OF} or so\n`,
  `Debugger listening on ws://127.0.0.1:80/${"a".repeat(300)}\n`,
])("no other address is one: %s", (text) => {
  const { addresses, lines, read } = reader();
  lines.expect();
  expect(read([text])).toBe(text);
  expect(addresses).toEqual([]);
});
