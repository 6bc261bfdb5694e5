import { expect, test } from "vitest";
import { createEmitter } from "./events.js";

interface Weather {
  rain: { readonly mm: number };
  sun: undefined;
}
const NAMES = { rain: true, sun: true } as const;

test("a listener is called with each event until it is taken off", () => {
  const emitter = createEmitter<Weather>(NAMES);
  const seen: number[] = [];
  const unsubscribe = emitter.on("rain", ({ mm }) => seen.push(mm));
  emitter.emit("rain", { mm: 1 });
  emitter.emit("sun", undefined);
  emitter.emit("rain", { mm: 2 });
  unsubscribe();
  unsubscribe();
  emitter.emit("rain", { mm: 3 });
  expect(seen).toEqual([1, 2]);
});

test("once is once, also when the listener emits the same event", () => {
  const emitter = createEmitter<Weather>(NAMES);
  let calls = 0;
  emitter.once("sun", () => {
    calls++;
    emitter.emit("sun", undefined);
  });
  emitter.emit("sun", undefined);
  expect(calls).toBe(1);
});

test("off takes off one registration, the last", () => {
  const emitter = createEmitter<Weather>(NAMES);
  const order: string[] = [];
  const twice = (): unknown => order.push("twice");
  emitter.on("sun", twice);
  emitter.on("sun", () => order.push("between"));
  emitter.on("sun", twice);
  emitter.off("sun", twice);
  emitter.off("rain", () => {});
  emitter.emit("sun", undefined);
  expect(order).toEqual(["twice", "between"]);
  expect(emitter.listenerCount("sun")).toBe(2);
  emitter.clear();
  expect(emitter.listenerCount("sun")).toBe(0);
});

test("a listener added or removed while an event is told changes the next one only", () => {
  const emitter = createEmitter<Weather>(NAMES);
  const order: string[] = [];
  const second = (): unknown => order.push("second");
  emitter.once("sun", () => {
    emitter.off("sun", second);
    emitter.on("sun", () => order.push("new"));
  });
  emitter.on("sun", second);
  emitter.emit("sun", undefined);
  expect(order).toEqual(["second"]);
  emitter.emit("sun", undefined);
  expect(order).toEqual(["second", "new"]);
});

test("a listener that throws or rejects is reported and disturbs neither the others nor who emits", async () => {
  const reported: unknown[] = [];
  const emitter = createEmitter<Weather>(NAMES, (error, event) => reported.push([event, error]));
  const order: string[] = [];
  emitter.on("sun", () => {
    throw "thrown";
  });
  emitter.on("sun", async () => {
    throw "rejected";
  });
  emitter.on("sun", () => ({
    // biome-ignore lint/suspicious/noThenProperty: a hostile thenable
    get then() {
      throw "then";
    },
  }));
  emitter.on("sun", () => order.push("last"));
  emitter.emit("sun", undefined);
  expect(order).toEqual(["last"]);
  await Promise.resolve();
  expect(reported).toEqual([
    ["sun", "thrown"],
    ["sun", "then"],
    ["sun", "rejected"],
  ]);
});

test("an error hook that throws is dropped", () => {
  const emitter = createEmitter<Weather>(NAMES, () => {
    throw new Error("hook");
  });
  emitter.on("sun", () => {
    throw new Error("listener");
  });
  expect(() => emitter.emit("sun", undefined)).not.toThrow();
});

test("an event there is not, or a listener that is no function, is refused, with the nearest name", () => {
  const emitter = createEmitter<Weather>(NAMES);
  expect(() => emitter.on("rian" as "rain", () => {})).toThrow(
    'there is no event "rian"; did you mean rain? (there are rain, sun)',
  );
  expect(() => emitter.once("toString" as "rain", () => {})).toThrow(
    'there is no event "toString" (there are rain, sun)',
  );
  expect(() => emitter.on("rain", 5 as never)).toThrow('listener of "rain": expected a function, got 5');
  expect(emitter.listenerCount("rain")).toBe(0);
});

test("once is once, also when an earlier listener causes the same event", () => {
  const events = createEmitter<{ tick: number }>({ tick: true });
  const seen: number[] = [];
  events.on("tick", (count) => {
    if (count === 1) events.emit("tick", 2);
  });
  events.once("tick", (count) => void seen.push(count));
  events.emit("tick", 1);
  expect(seen).toEqual([2]);
});
