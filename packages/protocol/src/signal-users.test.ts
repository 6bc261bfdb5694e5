import { expect, test, vi } from "vitest";
import { createSignalUsers } from "./signal-users.js";

/** A signal that counts who listens. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, args);
  };
  return { controller, signal, listeners: () => listeners };
}

function users() {
  const aborted: AbortSignal[] = [];
  return { aborted, ...createSignalUsers((signal) => aborted.push(signal)) };
}

test("a signal is listened to once while anybody uses it, and not at all when nobody does", () => {
  const { add, remove } = users();
  const [one, other] = [counted(), counted()];
  for (const { signal } of [one, other, one, one, other]) add(signal);
  expect([one.listeners(), other.listeners()]).toEqual([1, 1]);
  for (const { signal } of [one, one, other]) remove(signal);
  expect([one.listeners(), other.listeners()]).toEqual([1, 1]);
  for (const { signal } of [other, one]) remove(signal);
  expect([one.listeners(), other.listeners()]).toEqual([0, 0]);
  add(one.signal);
  expect(one.listeners()).toBe(1);
});

test("a signal that many use in many places is listened to once, until the last of them lets go", () => {
  const { signal, controller, listeners } = counted();
  const places = Array.from({ length: 20 }, users);
  for (const { add } of places) add(signal);
  expect(listeners()).toBe(1);
  for (const { remove } of places.slice(1)) remove(signal);
  expect(listeners()).toBe(1);
  places[0]?.remove(signal);
  expect(listeners()).toBe(0);
  for (const { add } of places) add(signal);
  controller.abort();
  expect(places.map(({ aborted }) => aborted)).toEqual(places.map(() => [signal]));
});

test("one that throws when a signal aborts keeps no other from being told, and is reported", async () => {
  const { signal, controller } = counted();
  const told = vi.fn<() => void>();
  createSignalUsers(() => {
    throw new Error("listener");
  }).add(signal);
  createSignalUsers(told).add(signal);
  const reported = new Promise((resolve) => process.once("uncaughtException", resolve));
  controller.abort();
  expect(told).toHaveBeenCalledOnce();
  expect(await reported).toEqual(new Error("listener"));
});

test("who lets go of a signal while others are told is not told", () => {
  const { signal, controller, listeners } = counted();
  const [first, second, third] = [users(), users(), users()];
  createSignalUsers(() => second.remove(signal)).add(signal);
  for (const { add } of [first, second, third]) add(signal);
  controller.abort();
  expect([first, second, third].map(({ aborted }) => aborted.length)).toEqual([1, 0, 1]);
  third.add(signal);
  expect([third.aborted.length, listeners()]).toEqual([1, 1]);
});

test("who uses a signal is told once that it aborts, and who let go of it is not", () => {
  const { add, remove, aborted } = users();
  const [used, left, unused] = [counted(), counted(), counted()];
  add(used.signal);
  add(left.signal);
  add(used.signal);
  remove(left.signal);
  for (const { controller } of [used, left, unused]) controller.abort();
  expect(aborted).toEqual([used.signal]);
  remove(used.signal);
  remove(used.signal);
  expect(aborted).toEqual([used.signal]);
});
