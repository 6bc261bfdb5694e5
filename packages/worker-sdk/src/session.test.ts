import { ErrorCode, RpcError } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { rawSession } from "../test/support/raw-session.js";

const notInitialized = { code: ErrorCode.NOT_INITIALIZED };

test("B25: nothing is served before initialize was answered", async () => {
  const { peer, initialize, logs } = rawSession({ run: () => "served", tell: () => {} });
  for (const method of ["run", "health", "shutdown", "initialized"]) {
    await expect(peer.request(method, {}), method).rejects.toMatchObject(notInitialized);
  }
  await expect(peer.stream("items", null).next()).rejects.toMatchObject(notInitialized);
  peer.notify("tell", null);
  await expect(peer.request("$/ping", {})).resolves.toEqual({});
  await initialize();
  await expect(peer.request("run", null)).resolves.toBe("served");
  expect(logs).toEqual([]);
});

test("W3: initialize is served once, and setup runs once, before any call", async () => {
  let setups = 0;
  let finish = (): void => {};
  const { peer, initialize, calls } = rawSession(
    { run: () => setups },
    {
      async setup({ host, worker }) {
        setups++;
        await host.request("ask", worker.config);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    },
  );
  const answer = await initialize({ config: { folder: "docs" } });
  expect(answer.features).toContain("setup");
  await expect(initialize()).rejects.toMatchObject({ code: ErrorCode.INVALID_REQUEST });
  await expect(peer.request("run", null)).rejects.toMatchObject(notInitialized);
  const ready = peer.request("initialized", {});
  await expect(peer.request("initialized", {})).rejects.toMatchObject({ code: ErrorCode.INVALID_REQUEST });
  await expect.poll(() => calls.length).toBe(1);
  await expect(peer.request("run", null)).rejects.toMatchObject(notInitialized);
  await expect(peer.request("health", {})).resolves.toEqual({ status: "ok" });
  finish();
  await ready;
  await expect(peer.request("run", null)).resolves.toBe(1);
  expect(calls.map(({ params }) => params)).toEqual([{ folder: "docs" }]);
});

test("a setup that fails fails the start with its own error", async () => {
  const setup = () => {
    throw new RpcError(7, "no licence", { data: { key: "x" } });
  };
  const { peer, initialize } = rawSession({ run: () => null }, { setup });
  await initialize();
  await expect(peer.request("initialized", {})).rejects.toMatchObject({
    code: 7,
    message: "no licence",
    data: { key: "x" },
  });
  await expect(peer.request("run", null)).rejects.toMatchObject(notInitialized);
});

test("a host that does not know of setup has its first calls wait for it", async () => {
  const order: string[] = [];
  const { peer, initialize } = rawSession(
    { run: () => void order.push("run") },
    {
      async setup({ host }) {
        await host.request("ask", null);
        order.push("setup");
      },
    },
  );
  const answer = await initialize({ features: [] });
  expect(answer.features).toEqual([]);
  await peer.request("run", null);
  await peer.request("run", null);
  expect(order).toEqual(["setup", "run", "run"]);
});

test("a host that does not know of setup sees the worker end when setup fails", async () => {
  const { initialize, ended, stderr } = rawSession({}, { setup: () => Promise.reject(new Error("no licence")) });
  await initialize({ features: [] });
  await expect(ended).resolves.toBe(1);
  expect(stderr()).toContain("setup failed: Error: no licence");
});

test("an offer of another contract or version is refused, saying which", async () => {
  const { initialize } = rawSession({});
  await expect(initialize({ contract: { name: "acme.other", version: 3 } })).rejects.toMatchObject({
    data: { handshake: "contract" },
  });
  await expect(initialize({ contract: { name: "acme.plain", version: 4 } })).rejects.toThrow(/version 3, .* 4/);
  await expect(initialize({ protocol: { min: 9, max: 9 } })).rejects.toMatchObject({ data: { handshake: "protocol" } });
});

test("the answer tells features, methods, plugin and SDK", async () => {
  const { initialize } = rawSession({ run: () => null, tell: () => {} }, { name: "plain", version: "1.2.3" });
  const answer = await initialize();
  expect(answer.features).toEqual([
    "cancel",
    "progress",
    "stream",
    "ping",
    "log",
    "input",
    "bulk",
    "deadline",
    "short",
    "heads",
    "columns",
  ]);
  expect(answer.methods).toEqual(["run", "tell"]);
  expect(answer.plugin).toEqual({ name: "plain", version: "1.2.3" });
  expect(answer.sdk).toMatchObject({ name: "@outrigger/worker-sdk", version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

test("a worker with a codec of its own agrees to no short lines, and is understood", async () => {
  const { peer, initialize } = rawSession(
    { run: () => "ran", tell: () => {} },
    { codec: { encode: (message) => JSON.stringify(message), decode: (line) => JSON.parse(line) } },
  );
  const { features } = await initialize();
  expect(features).toContain("bulk");
  for (const feature of ["short", "heads", "columns"]) expect(features).not.toContain(feature);
  peer.sendAgreed();
  await expect(peer.request("run", {})).resolves.toBe("ran");
});

test("B24: inherited members are no methods, and handlers left out are not implemented", async () => {
  const { peer, initialize } = rawSession({});
  await initialize();
  for (const method of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    await expect(peer.request(method, null), method).rejects.toMatchObject({ code: ErrorCode.METHOD_NOT_FOUND });
  }
  await expect(peer.request("run", null)).rejects.toMatchObject({ code: ErrorCode.METHOD_NOT_IMPLEMENTED });
});

test("a handler's error keeps an integer code and data; any other arrives as WORKER_ERROR, its stack only in the log", async () => {
  const { peer, initialize, logs } = rawSession({
    run: () => Promise.reject(Object.assign(new Error("quota used up"), { code: 4290, data: { limit: 3 } })),
    other() {
      throw Object.assign(new Error("no such file"), { code: "ENOENT", data: "not sent" });
    },
  });
  await initialize();
  await expect(peer.request("run", null)).rejects.toMatchObject({
    code: 4290,
    message: "quota used up",
    data: { limit: 3 },
  });
  const error = await peer.request("other", null).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: ErrorCode.WORKER_ERROR, message: "no such file", data: undefined });
  await expect
    .poll(() => logs)
    .toMatchObject([
      {
        level: "error",
        message: "other: call failed",
        meta: { error: { code: "ENOENT", stack: expect.stringContaining("session.test") } },
      },
    ]);
});

test("health is ok by default, the hook's answer, or an error when the hook throws", async () => {
  const health = async (hook?: () => never) => {
    const { peer, initialize } = rawSession({}, { health: hook });
    await initialize();
    return peer.request("health", {});
  };
  await expect(health()).resolves.toEqual({ status: "ok" });
  const broken = () => {
    throw new Error("disk full");
  };
  await expect(health(broken)).resolves.toEqual({ status: "error", message: "disk full" });
});

test("the host is told the largest message that the worker reads", async () => {
  await expect(rawSession({}).initialize()).resolves.toMatchObject({ limits: { messageBytes: 32 * 1024 * 1024 } });
});

test("messages larger than the host takes are not sent", async () => {
  const { peer, initialize } = rawSession({ run: () => "x".repeat(2_000) });
  await initialize({ limits: { messageBytes: 1_000 } });
  await expect(peer.request("run", null)).rejects.toMatchObject({ code: ErrorCode.MESSAGE_TOO_LARGE });
});
