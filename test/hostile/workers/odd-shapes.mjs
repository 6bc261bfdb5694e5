// Messages of every shape but the right one.
import { finished, mode, raw, send, write } from "./raw-handshake.mjs";

const cap = Number(process.env.MESSAGE_BYTES);
const maxValues = 131_072;
const values = [null, true, 0, -1, 1.5, 1e308, "", "a", "__proto__", "\u2028\ud800", [], [1], {}, { a: 1 }];
const texts = [
  ...values.map((value) => JSON.stringify(value)),
  ...["1e999", "-0", "9007199254740993", '"\\ud800"', '{"__proto__":{"polluted":true}}', "[[[[]]]]"],
  ...[
    '{"constructor":{"prototype":{"polluted":true}}}',
    `"${"x".repeat(2_000)}"`,
    '{"toString":1,"valueOf":1,"then":1}',
  ],
];
const methods = [
  '"constructor"',
  '"__proto__"',
  '"toString"',
  '"hasOwnProperty"',
  '"$/"',
  '"ask"',
  '"note"',
  '"initialize"',
];

const lines = (make) => async () => {
  const all = make();
  for (const line of all) await write(line);
  await finished(all.length);
};
const nested = (open, close, bytes) => {
  const depth = Math.floor(bytes / (open.length + close.length));
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};
const filled = (piece, bytes) => piece.repeat(Math.floor(bytes / piece.length) - 1);
const bomb = (piece, last) => async () => {
  for (let count = 0; count < 4; count++) {
    await write(`{"jsonrpc":"2.0","method":"note","params":{"n":[${filled(piece, cap - 100)}${last}]}}\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await finished();
};
/** Answers calls with what `make` gives, in turn. */
const answering = (make) => {
  let turn = 0;
  const answer = ({ id, params }) => write(make(id, turn++, params));
  return [finished, { echo: answer, list: answer }];
};

const odd = {
  "every JSON type as id, method and params": [
    lines(() =>
      texts.flatMap((id) =>
        [...texts, ...methods].flatMap((method) => [
          `{"jsonrpc":"2.0","id":${id},"method":${method},"params":${id}}\n`,
          ...texts
            .slice(0, 8)
            .map((params) => `{"jsonrpc":"2.0","id":${id},"method":${method},"params":${params},"meta":${params}}\n`),
        ]),
      ),
    ),
  ],
  "results and errors of every type, to ids of every type": [
    lines(() =>
      texts.flatMap((id) =>
        texts.flatMap((value) => [
          `{"jsonrpc":"2.0","id":${id},"result":${value}}\n`,
          `{"jsonrpc":"2.0","id":${id},"error":${value}}\n`,
          `{"jsonrpc":"2.0","id":${id},"error":{"code":${value},"message":${value},"data":${value}}}\n`,
        ]),
      ),
    ),
  ],
  "runtime notifications with params of every type": [
    lines(() =>
      ["$/stream/item", "$/stream/credit", "$/progress", "$/cancelRequest", "$/log", "$/ping"].flatMap((method) =>
        texts.flatMap((value) => [
          `{"jsonrpc":"2.0","method":"${method}","params":${value}}\n`,
          `{"jsonrpc":"2.0","method":"${method}","params":{"id":${value},"item":${value},"value":${value},"items":${value},"bytes":${value},"level":${value},"message":${value}}}\n`,
        ]),
      ),
    ),
  ],
  batches: [
    lines(() => [
      '[{"jsonrpc":"2.0","method":"note","params":{"n":1}}]\n',
      "[]\n",
      "[[]]\n",
      `[${"1,".repeat(10_000)}1]\n`,
    ]),
  ],
  "NUL bytes, BOM and CRLF": [
    lines(() => [
      "\0\0\0\n",
      '\0{"jsonrpc":"2.0","method":"note","params":{"n":1}}\n',
      '\ufeff{"jsonrpc":"2.0"}\n',
      "\r\n",
      '{"jsonrpc":"2.0","method":"note","params":{"n":1}}\r\n',
    ]),
  ],
  "half a UTF-8 character, then a newline": [
    lines(() =>
      [[0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xc3], [0xff, 0xfe], [0xed, 0xa0, 0x80]].map((bytes) =>
        Buffer.from([0x22, ...bytes, 0x22, 0x0a]),
      ),
    ),
  ],
  "arrays nested as deep as the cap allows": [
    lines(() => [
      `${nested("[", "]", cap - 10)}\n`,
      `{"jsonrpc":"2.0","method":"note","params":${nested("[", "]", cap - 100)}}\n`,
    ]),
  ],
  "objects nested as deep as the cap allows": [
    lines(() => [`{"jsonrpc":"2.0","method":"note","params":${nested('{"a":', "}", cap - 100)}}\n`]),
  ],
  "nested just below where the text is looked at": [
    lines(() =>
      Array.from(
        { length: 200 },
        () => `{"jsonrpc":"2.0","id":1,"method":"ask","params":${nested("[", "]", 60_000)}}\n`,
      ),
    ),
  ],
  "open brackets up to the cap": [
    lines(() => [
      `${"[".repeat(cap - 1)}\n`,
      `${'{"a":['.repeat(Math.floor(cap / 6) - 1)}\n`,
      `"${"[".repeat(cap - 3)}\n`,
    ]),
  ],
  "32 MiB of open brackets": [() => write(`${"[".repeat(32 << 20)}\n`)],
  "a message of empty arrays": [bomb("[],", "[]")],
  "a message of empty objects": [bomb("{},", "{}")],
  "a message of one-digit numbers": [bomb("1,", "1")],
  "a message of short strings": [bomb('"a",', '"a"')],
  "a message of half-escaped characters": [bomb('"\\u2028",', '""')],
  "a log of bytes as large as the cap allows": [
    async () => {
      const params = { level: "info", message: "bytes", meta: { bytes: "A".repeat(Math.floor((cap - 200) / 4) * 4) } };
      const bulk = [{ path: ["params", "meta", "bytes"], as: "base64" }];
      for (let count = 0; count < 4; count++) await send({ method: "$/log", params, bulk });
      await finished();
    },
  ],
  "an object with as many keys as the cap allows": [
    async () => {
      const keys = Array.from({ length: Math.floor(cap / 14) }, (_, index) => `"k${index}":1`).join(",");
      await write(`{"jsonrpc":"2.0","method":"$/log","params":{"level":"info","message":"m","meta":{${keys}}}}\n`);
      await write(`{"jsonrpc":"2.0","method":"note","params":{${keys}}}\n`);
      await finished();
    },
  ],
  "as many empty objects as are allowed": [
    lines(() =>
      Array.from(
        { length: 4 },
        () => `{"jsonrpc":"2.0","method":"note","params":{"n":[${"{},".repeat(maxValues / 2 - 10)}1]}}\n`,
      ),
    ),
  ],
  "as many keys as are allowed": [
    lines(() => {
      const keys = Array.from({ length: maxValues - 20 }, (_, n) => `"k${n}":1`).join(",");
      return [`{"jsonrpc":"2.0","method":"$/log","params":{"level":"info","message":"m","meta":{${keys}}}}\n`];
    }),
  ],
  "results that do not fit, with as many values as are allowed": answering(
    (id) => `{"jsonrpc":"2.0","id":${id},"result":[${"1,".repeat(maxValues - 10)}1]}\n`,
  ),
  "results that do not fit, as large as the cap allows": answering(
    (id) => `{"jsonrpc":"2.0","id":${id},"result":[${filled("1,", cap - 200)}1]}\n`,
  ),
  "answers twice, then a third time with an error": answering((id, turn, { n = turn }) => {
    const right = `{"jsonrpc":"2.0","id":${id},"result":{"n":${n}}}\n`;
    return `${right}${right}{"jsonrpc":"2.0","id":${id},"error":{"code":1,"message":"no"}}\n`;
  }),
  "answers to the id as a string, then as a float": answering(
    (id) => `{"jsonrpc":"2.0","id":"${id}","result":{"n":1}}\n{"jsonrpc":"2.0","id":${id}.0000001,"result":{"n":1}}\n`,
  ),
  "errors of every shape": answering(
    (id, turn) => `{"jsonrpc":"2.0","id":${id},"error":${texts[turn % texts.length]}}\n`,
  ),
  "errors whose members are of every type": answering((id, turn) => {
    const value = texts[turn % texts.length];
    return `{"jsonrpc":"2.0","id":${id},"error":{"code":${value},"message":${value},"data":${value},"__proto__":{"code":1},"stack":${value},"name":${value}}}\n`;
  }),
  "results of every type": answering(
    (id, turn) => `{"jsonrpc":"2.0","id":${id},"result":${texts[turn % texts.length]}}\n`,
  ),
  "a result and an error": answering(
    (id) => `{"jsonrpc":"2.0","id":${id},"result":{"n":1},"error":{"code":1,"message":""}}\n`,
  ),
  "an error message of the largest size": answering(
    (id) => `{"jsonrpc":"2.0","id":${id},"error":{"code":1,"message":"${"m".repeat(cap - 200)}"}}\n`,
  ),
};

const [attack, handlers] = mode(odd);
raw(attack, handlers);
if (process.argv[3] === "hello") send({ method: "note", params: { n: 0 } });
