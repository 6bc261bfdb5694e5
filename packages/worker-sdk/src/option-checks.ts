import { isRecord, kindOf } from "@outrigger/protocol/authority";

const KINDS = {
  text: { expected: "a string", fits: (value: unknown) => typeof value === "string" },
  flag: { expected: "true or false", fits: (value: unknown) => typeof value === "boolean" },
  count: {
    expected: "a whole number from 1",
    fits: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1,
  },
  code: { expected: "a function", fits: (value: unknown) => typeof value === "function" },
  object: { expected: "an object", fits: isRecord },
  names: {
    expected: "a list of strings",
    fits: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  },
  schema: {
    expected: "a Standard Schema (zod, valibot, arktype, …)",
    fits: (value: unknown) => (isRecord(value) || typeof value === "function") && "~standard" in value,
  },
  any: { expected: "anything", fits: () => true },
} as const;

/** What an option may be; `undefined` is as good as not given. */
export type OptionKinds = Readonly<Record<string, keyof typeof KINDS>>;

/** @throws TypeError naming the option that is unknown, or is not what its kind says. Of a value that may be a secret it shows the type. */
export function checkOptions(what: string, options: unknown, kinds: OptionKinds): void {
  const given = checkObject(what, options, "an object");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      throw new TypeError(
        `${what}: there is no option ${JSON.stringify(name.slice(0, 100))}; it has ${Object.keys(kinds).join(", ")}`,
      );
    }
    const { expected, fits } = KINDS[kind];
    if (fits(value)) continue;
    const got = typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
    throw new TypeError(`${what}.${name}: expected ${expected}, got ${got}`);
  }
}

/** @throws TypeError unless it is an object and no list. */
export function checkObject(what: string, value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new TypeError(`${what}: expected ${expected}, got ${kindOf(value)}`);
}
