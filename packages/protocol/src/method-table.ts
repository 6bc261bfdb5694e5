import { inputOf, type Method, type MethodMap } from "./contract.js";
import { compiledSchema } from "./schema-compiler.js";

/** The methods of one direction, by own name. */
export interface MethodTable {
  get(name: string): Method | undefined;
  names(): Iterable<string>;
}

/** Every so many calls the method called has its schemas compiled: that takes ms, and the busy ones come up soon. */
const CALLS_BETWEEN_COMPILING = 1024;

const compiled = new WeakMap<Method, Method>();

export function createMethodTable(methods: MethodMap): MethodTable {
  const byName = new Map(Object.entries(methods));
  let calls = 0;
  return {
    get(name) {
      const method = byName.get(name);
      if (++calls % CALLS_BETWEEN_COMPILING !== 0 || method === undefined) return method;
      const faster = compiledMethod(method);
      byName.set(name, faster);
      return faster;
    },
    names: () => byName.keys(),
  };
}

/** One for all channels: a host has as many as it has workers. */
function compiledMethod(method: Method): Method {
  const known = compiled.get(method);
  if (known !== undefined) return known;
  const faster = compile(method);
  compiled.set(method, faster);
  compiled.set(faster, faster);
  return faster;
}

function compile(method: Method): Method {
  const input = inputOf(method);
  const shared = { params: compiledSchema(method.params), ...(input && { input: compiledSchema(input) }) };
  if (method.kind === "notification") return { ...method, ...shared };
  if (method.kind === "stream") return { ...method, ...shared, item: compiledSchema(method.item) };
  return { ...method, ...shared, result: compiledSchema(method.result), progress: compiledSchema(method.progress) };
}
