import type { Schema } from "./contract.js";
import { isRecord, kindOf } from "./value-kind.js";

/**
 * Standard Schemas for the runtime's own messages. Written out because they are on the way to a worker's first answer:
 * loading a schema library takes longer than starting Node.
 */
export interface Shape<T> extends Schema<T, T> {
  /** Returns the value as it is to be used, and puts what is wrong into `issues`. */
  readonly read: (value: unknown, path: Path, issues: ShapeIssue[]) => T;
}

/** The value a shape describes. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Path = readonly (string | number)[];
interface ShapeIssue {
  readonly message: string;
  readonly path: Path;
}

type Members = { readonly [name: string]: Shape<unknown> };
type OptionalNames<M extends Members> = { [K in keyof M]: undefined extends Shaped<M[K]> ? K : never }[keyof M];
type Flat<T> = { [K in keyof T]: T[K] };
type ObjectOf<M extends Members> = Flat<
  { [K in Exclude<keyof M, OptionalNames<M>>]: Shaped<M[K]> } & { [K in OptionalNames<M>]?: Shaped<M[K]> }
>;

function shape<T>(read: Shape<T>["read"]): Shape<T> {
  const validate = (value: unknown) => {
    const issues: ShapeIssue[] = [];
    const result = read(value, [], issues);
    return issues.length === 0 ? { value: result } : { issues };
  };
  return { read, "~standard": { version: 1, vendor: "outrigger", validate } };
}

/** A shape that a value has or has not. */
const checked = <T>(expected: string, fits: (value: unknown) => boolean): Shape<T> =>
  shape((value, path, issues) => {
    if (!fits(value)) issues.push({ message: `expected ${expected}, received ${kindOf(value)}`, path });
    return value as T;
  });

/** Text of at most `max` characters. */
export const text = (max = Number.POSITIVE_INFINITY): Shape<string> =>
  shape((value, path, issues) => {
    if (typeof value !== "string") issues.push({ message: `expected string, received ${kindOf(value)}`, path });
    else if (value.length > max) issues.push({ message: `expected at most ${max} characters`, path });
    return value as string;
  });

export const number: Shape<number> = checked("number", Number.isFinite);
export const positiveNumber: Shape<number> = checked("number above 0", (value) => {
  return Number.isFinite(value) && (value as number) > 0;
});
export const integer: Shape<number> = checked("int", Number.isSafeInteger);
/** Anything at all; may be left out. */
export const anything: Shape<unknown> = shape((value) => value);
export const anyRecord: Shape<Record<string, unknown>> = checked("record", isRecord);

export const oneOf = <const T extends string>(...words: readonly T[]): Shape<T> =>
  checked(`one of ${words.join(", ")}`, (value) => words.includes(value as T));

export const optional = <T>(inner: Shape<T>): Shape<T | undefined> =>
  shape((value, path, issues) => (value === undefined ? undefined : inner.read(value, path, issues)));

/** A member that counts as `value` where it is left out. */
export const withDefault = <T>(inner: Shape<T>, value: () => NoInfer<T>): Shape<T> =>
  shape((given, path, issues) => (given === undefined ? value() : inner.read(given, path, issues)));

/** What fits, changed. */
export const mapped = <T>(inner: Shape<T>, change: (value: T) => T): Shape<T> =>
  shape((given, path, issues) => {
    const before = issues.length;
    const value = inner.read(given, path, issues);
    return issues.length === before ? change(value) : value;
  });

/** A list of at most `max` items. */
export const list = <T>(item: Shape<T>, max = Number.POSITIVE_INFINITY): Shape<T[]> =>
  shape((value, path, issues) => {
    if (!Array.isArray(value)) issues.push({ message: `expected array, received ${kindOf(value)}`, path });
    else if (value.length > max) issues.push({ message: `expected at most ${max} items`, path });
    else return value.map((one, at) => item.read(one, [...path, at], issues));
    return [];
  });

/** An object with any names. */
export const record = <T>(member: Shape<T>): Shape<Record<string, T>> =>
  shape((value, path, issues) => {
    if (!isRecord(value)) {
      issues.push({ message: `expected record, received ${kindOf(value)}`, path });
      return {};
    }
    const names = Object.keys(value).filter((name) => name !== "__proto__");
    return Object.fromEntries(names.map((name) => [name, member.read(value[name], [...path, name], issues)]));
  });

/** An object with these members; others are left out. */
export function object<M extends Members>(members: M): Shape<ObjectOf<M>> {
  const entries = Object.entries(members);
  return shape((value, path, issues) => {
    const result: Record<string, unknown> = {};
    if (!isRecord(value)) issues.push({ message: `expected object, received ${kindOf(value)}`, path });
    else {
      for (const [name, member] of entries) {
        const given = Object.hasOwn(value, name) ? value[name] : undefined;
        const read = member.read(given, [...path, name], issues);
        if (read !== undefined) result[name] = read;
      }
    }
    return result as ObjectOf<M>;
  });
}
