// Everything that can go wrong between the launch and the first call.
import { closeSync } from "node:fs";
import { finished, honest, mode, raw, readMessages, send, write } from "./raw-handshake.mjs";

const cap = Number(process.env.MESSAGE_BYTES);
const stay = () => setInterval(() => {}, 60_000);
/** Answers `initialize`, and does nothing more. */
const answer = (make) => () => {
  stay();
  readMessages(({ id, method, params }) => method === "initialize" && make(id, params));
};
const result = (make) => answer((id, offer) => send({ id, result: make(offer) }));

const modes = {
  "exits at once": () => process.exit(0),
  "exits at once with code 7": () => process.exit(7),
  "exits when initialize comes": () => readMessages(() => process.exit(0)),
  "exits in the middle of its answer": answer(async () => {
    await write('{"jsonrpc":"2.0","id":1,"res');
    process.exit(0);
  }),
  "answers initialize, then exits 0": answer(async (id, offer) => {
    await send({ id, result: honest(offer) });
    setTimeout(() => process.exit(0), 5);
  }),
  "exits during setup": () =>
    readMessages(({ id, method, params }) => {
      if (method === "initialize") send({ id, result: honest(params, { features: ["setup"] }) });
      else process.exit(0);
    }),
  "never answers initialize": stay,
  "never finishes its setup": result((offer) => honest(offer, { features: ["setup"] })),
  "fails its setup": () =>
    raw(() => {}, {
      initialize: ({ id, params }) => send({ id, result: honest(params, { features: ["setup"] }) }),
      initialized: ({ id }) => send({ id, error: { code: "none", message: { toString: 1 } } }),
    }),
  "answers initialize with garbage": answer(() => write("}{\n\0\n[]\nnull\n")),
  "answers initialize with null": result(() => null),
  "answers initialize with a list": result(() => [[]]),
  "answers initialize with members of wrong types": result(() => ({
    protocol: "1",
    contract: [],
    features: {},
    methods: "all",
  })),
  "answers initialize with an error of no shape": answer((id) => write(`{"jsonrpc":"2.0","id":${id},"error":[]}\n`)),
  "answers initialize with another contract": result((offer) =>
    honest(offer, { contract: { name: "other", version: 1 } }),
  ),
  "answers initialize with protocol 1e308": result((offer) => honest(offer, { protocol: 1e308 })),
  "answers initialize with declarations past the bounds": result((offer) =>
    honest(offer, {
      declarations: Object.fromEntries(
        Array.from({ length: 500 }, (_, n) => [
          `m${n}`,
          Array.from({ length: 50 }, (__, m) => ({ name: `n${m}`, params: { a: [m] } })),
        ]),
      ),
    }),
  ),
  "answers initialize with methods past the bounds": result((offer) =>
    honest(offer, { methods: Array.from({ length: 100_000 }, (_, n) => `m${n}`) }),
  ),
  "answers initialize with declarations named __proto__": answer((id, offer) =>
    write(
      `{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(honest(offer)).slice(0, -1)},"declarations":{"__proto__":[{"name":"x"}],"constructor":[{"name":"y"}]}}}\n`,
    ),
  ),
  "answers initialize with as much as the cap allows": result((offer) =>
    honest(offer, { declarations: { echo: [{ name: "n", params: { a: "x".repeat(cap - 1_000) } }] } }),
  ),
  "answers initialize twice": () =>
    raw(finished, {
      initialize: async ({ id, params }) => {
        await send({ id, result: honest(params) });
        await send({ id, result: honest(params, { methods: [] }) });
        await send({ id, error: { code: 1, message: "no" } });
      },
    }),
  "answers initialize before it was asked": async () => {
    await send({ id: 1, result: {} });
    raw(() => {});
  },
  "calls the host before initialize is answered": () =>
    raw(finished, {
      initialize: async ({ id, params }) => {
        for (let n = 0; n < 2_000; n++) await send({ id: n, method: "ask", params: { n } });
        await send({ method: "note", params: { n: 1 } });
        await send({ id, result: honest(params) });
      },
    }),
  "asks the host to initialize, shut down and ping": () =>
    raw(async () => {
      for (const [n, method] of ["initialize", "initialized", "shutdown", "health", "$/ping"].entries())
        await send({ id: n, method, params: {} });
      await finished();
    }),
  "closes stdout at once": () => {
    stay();
    closeSync(1);
  },
  "closes stdin at once": () => {
    stay();
    process.stdin.destroy();
    closeSync(0);
  },
  "throws while it is loaded": () => {
    throw new Error("thrown on purpose");
  },
  "prints megabytes, and is no plugin at all": async () => {
    for (let n = 0; n < 10; n++) await write("Listening on port 3000, have a nice day\n".repeat(1_000));
  },
};

mode(modes)();
