import type { Method, MethodMap, Schema } from "./contract.js";
import { compiledSchema } from "./schema-compiler.js";

/** The methods of one direction, by own name. */
export interface MethodTable {
  /** Counts the calls: the schemas of a method that is called often are compiled. */
  get(name: string): Method | undefined;
  names(): Iterable<string>;
}

/** What this end checks of a method: of a call that comes in, or of the answer to one that goes out. */
const CHECKED = { incoming: ["params", "input"], outgoing: ["result", "progress", "item"] } as const;
type Part = (typeof CHECKED)[keyof typeof CHECKED][number];
type Schemas = { readonly [P in Part]?: Schema | undefined };

/** Compiling a schema takes a ms or more, at once, and saves µs a check. */
const CALLS_BEFORE_COMPILING = 1024;

const compiled = { incoming: new WeakMap<Method, Method>(), outgoing: new WeakMap<Method, Method>() };

/** What is compiled serves all tables of a direction: a host has one for each process its workers have. */
export function createMethodTable(methods: MethodMap, direction: keyof typeof CHECKED): MethodTable {
  const known = compiled[direction];
  const checked = CHECKED[direction];
  const entryOf = (method: Method) => ({ method, callsLeft: known.has(method) ? 1 : callsBefore(method, checked) });
  // Of those that are called, most of which a start does not wait for.
  const entries = new Map<string, ReturnType<typeof entryOf>>();

  const find = (name: string): ReturnType<typeof entryOf> | undefined => {
    const entry = entries.get(name);
    if (entry !== undefined || !Object.hasOwn(methods, name)) return entry;
    const made = entryOf(methods[name] as Method);
    entries.set(name, made);
    return made;
  };

  const compile = (method: Method): Method => {
    const faster = known.get(method) ?? withCompiled(method, checked);
    known.set(method, faster);
    return faster;
  };
  // Calls of one method come in floods.
  let last: { readonly name: string; readonly entry: ReturnType<typeof entryOf> } | undefined;
  return {
    get(name) {
      if (last?.name !== name) {
        const found = find(name);
        if (found === undefined) return undefined;
        last = { name, entry: found };
      }
      const { entry } = last;
      if (entry.callsLeft > 0 && --entry.callsLeft === 0) entry.method = compile(entry.method);
      return entry.method;
    },
    names: () => Object.keys(methods),
  };
}

/** One call may bring a million items. */
function callsBefore(method: Method & Schemas, checked: readonly Part[]): number {
  const isSequence = checked.some((part) => (part === "item" || part === "input") && method[part] !== undefined);
  return isSequence ? 1 : CALLS_BEFORE_COMPILING;
}

function withCompiled(method: Method & Schemas, checked: readonly Part[]): Method {
  const faster: { [P in Part]?: Schema } = {};
  for (const part of checked) {
    const schema = method[part];
    if (schema !== undefined) faster[part] = compiledSchema(schema);
  }
  return { ...method, ...faster } as Method;
}
