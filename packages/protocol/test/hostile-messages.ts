/** A stream of numbers that a seed repeats: generating a million messages through arbitraries would take minutes. */
export interface Chance {
  /** A whole number from 0 up to `below`. */
  nat(below: number): number;
  pick<T>(values: readonly T[]): T;
  /** True once in `times`. */
  oneIn(times: number): boolean;
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const nat = (below: number): number => next() % below;
  return { nat, pick: (values) => values[nat(values.length)] as never, oneIn: (times) => nat(times) === 0 };
}

const ODD_IDS = [
  ...["0", "-0", "-1", "1.5", "1e308", "1e999", "9007199254740993", "4294967297", "null", "true", "[]", "{}", '"a"'],
  ...[
    '"1"',
    '"__proto__"',
    '""',
    '"\\ud800"',
    '{"valueOf":1}',
    "[1]",
    `"${"x".repeat(1024)}"`,
    `"${"x".repeat(1025)}"`,
  ],
];
const METHODS = ["echo", "later", "throws", "items", "note", "$/ping"];
const ODD_METHODS = [
  ...['"constructor"', '"__proto__"', '"toString"', '"hasOwnProperty"', '""', '"$/"', '"$/log"', '"$/none"', "null"],
  ...["1", "true", "{}", '["echo"]', '"ask"', '"initialize"', `"${"m".repeat(2000)}"`, '"\\u2028"', '"\\ud800"'],
];
const VALUES = [
  ...["null", "true", "0", "-1", "1e308", '""', '"text"', '"\\u2028\\u2029"', '"\\ud800"', "[]", "{}", "[null]"],
  ...['{"n":1}', '{"n":"1"}', '{"n":1.5}', '{"n":null}', '{"n":[]}', '{"n":1,"n":"2"}', '{"__proto__":{"n":1}}'],
  ...['{"constructor":{"prototype":{"polluted":1}}}', '{"__proto__":{"polluted":1}}', '{"then":1}', '{"toJSON":1}'],
  ...['{"n":[1,2],"m":[3,4]}', '{"n":[1,2],"m":[3]}', '{"n":[],"__proto__":[]}', '{"n":{"length":1e9}}'],
  ...['{"length":1e9}', '{"code":"x","message":{}}', '{"code":1e999,"message":""}', '{"code":-32001,"data":{}}'],
  ...[`${"[".repeat(30)}${"]".repeat(30)}`, `${'{"a":'.repeat(30)}1${"}".repeat(30)}`, `[${"1,".repeat(200)}1]`],
];

/** One line of JSON, more or less of this protocol. `known` are ids that the peer has given out, or soon will. */
export function hostileMessage(random: Chance, known: readonly number[]): string {
  const id = random.oneIn(4) ? random.pick(ODD_IDS) : String(random.oneIn(2) ? random.pick(known) : random.nat(300));
  const value = random.pick(VALUES);
  switch (random.nat(12)) {
    case 0:
    case 1:
      return `{"jsonrpc":"2.0","id":${id},"method":${method(random)},"params":${value}${meta(random)}${bulk(random)}}`;
    case 2:
      return `{"jsonrpc":"2.0","method":${method(random)},"params":${value}${meta(random)}${bulk(random)}}`;
    case 3:
    case 4:
      return `{"jsonrpc":"2.0","id":${id},"result":${random.oneIn(2) ? '{"n":7}' : value}${bulk(random)}}`;
    case 5:
      return `{"jsonrpc":"2.0","id":${id},"error":${value}}`;
    case 6: {
      const member = random.pick(["item", "value", "items", "bytes"]);
      const name = random.pick(["$/stream/item", "$/stream/credit", "$/progress", "$/cancelRequest"]);
      return `{"jsonrpc":"2.0","method":"${name}","params":{"id":${id},"${member}":${value},"bytes":${random.pick(VALUES)}}}`;
    }
    case 7:
      return `{"jsonrpc":"2.0","method":"$/stream/item","params":{"id":${random.pick(known)},"item":{"n":${random.nat(9)}}}}`;
    case 8:
      return members(random);
    case 9:
    case 10:
      return short(random, id, value);
    default:
      return value;
  }
}

/** A short line, more or less. */
function short(random: Chance, id: string, value: string): string {
  const name = random.pick(["A", "B", "z", "", "1"]);
  if (random.oneIn(6)) return `${random.pick(["\x0f", `\x16${id}`])}${name}${value}`;
  return random.oneIn(6) ? `\x0e${name}${whole(random, id, value)}` : whole(random, id, value);
}

/** One that does without another. */
function whole(random: Chance, id: string, value: string): string {
  const between = random.oneIn(9) ? random.pick(["", "  ", ":", "@", "\t"]) : " ";
  if (random.oneIn(2)) return `${random.pick(["\x06", "\x1e"])}${id}${between}${value}`;
  const deadline = random.oneIn(4) ? `:${random.pick(ODD_IDS)}` : "";
  const name = random.oneIn(8)
    ? random.pick(["", "@", "a@", "@a", "__proto__", "m".repeat(300)])
    : random.pick(METHODS);
  const invocation = random.oneIn(4) ? `@${random.pick(["k.1", "", "a b", "x".repeat(300)])}` : "";
  const tail = random.oneIn(4) ? `\t${random.pick(VALUES)}` : "";
  const plus = tail === "" ? random.oneIn(20) : !random.oneIn(5);
  return `${random.pick(["\x02", `\x05${id}`])}${deadline}${between}${name}${invocation}${plus ? "+" : ""} ${value}${tail}`;
}

function method(random: Chance): string {
  return random.oneIn(4) ? random.pick(ODD_METHODS) : `"${random.pick(METHODS)}"`;
}

function meta(random: Chance): string {
  if (!random.oneIn(4)) return "";
  const member = random.pick(["deadlineMs", "credit", "invocation", "invocationId", "__proto__"]);
  return random.oneIn(3) ? `,"meta":${random.pick(VALUES)}` : `,"meta":{"${member}":${random.pick(VALUES)}}`;
}

/** A word on how the payload is to be read, seldom true. */
function bulk(random: Chance): string {
  if (!random.oneIn(8)) return "";
  const path = random.pick(['"params"', '"result"', '"params","__proto__"', '"result","n"', '"id"', "0", ""]);
  return `,"bulk":[{"path":[${path}],"as":"${random.pick(["columns", "base64", "bytes", "latin1", "none"])}"}]`;
}

const NAMES = ["jsonrpc", "id", "method", "params", "result", "error", "meta", "__proto__", "constructor", "then"];

/** Any of the members, with any values, some twice. */
function members(random: Chance): string {
  const list = Array.from({ length: random.nat(6) }, () => {
    const name = random.pick(NAMES);
    const fits = name === "jsonrpc" ? '"2.0"' : name === "method" ? method(random) : random.pick(ODD_IDS);
    return `"${name}":${random.oneIn(2) ? fits : random.pick(VALUES)}`;
  });
  return `{${list.join(",")}}`;
}

const ODD_BYTES = [0x00, 0x0a, 0x0d, 0x22, 0x5b, 0x5c, 0x7b, 0x7d, 0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0xff];

/** Damages bytes as a broken pipe or a broken program would: cut, doubled, overwritten, or none of a message at all. */
export function damage(random: Chance, bytes: Buffer): Buffer {
  const at = random.nat(bytes.length + 1);
  switch (random.nat(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.nat(bytes.length + 1))]);
    case 2: {
      const changed = Buffer.from(bytes);
      for (let count = random.nat(4); count >= 0 && changed.length > 0; count--) {
        changed[random.nat(changed.length)] = random.pick(ODD_BYTES);
      }
      return changed;
    }
    case 3:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.pick(ODD_BYTES)]), bytes.subarray(at)]);
    default:
      return Buffer.from(Array.from({ length: random.nat(40) }, () => random.nat(256)));
  }
}
