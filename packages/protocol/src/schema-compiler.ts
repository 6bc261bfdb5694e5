import type { Schema } from "./contract.js";
import { isSchema } from "./contract-checks.js";

/** Makes of a schema one that checks the same, faster; gives back the same schema, or throws, where it cannot. */
export type SchemaCompiler = (schema: never) => unknown;

const compilers = new Map<string, SchemaCompiler>();

/**
 * From now on the schemas of a library are compiled, those of methods called often: for entries like
 * `@outrigger/protocol/zod`, which do so for their own. A contract may as well be made of compiled schemas.
 *
 * @param vendor the library's name, as its schemas' `"~standard"` tells it. It has one compiler, the last one given.
 * @throws TypeError when the compiler is no function
 */
export function compileSchemasOf(vendor: string, compile: SchemaCompiler): void {
  if (typeof compile !== "function") {
    throw new TypeError(`the compiler of ${vendor}'s schemas: expected a function, got ${typeof compile}`);
  }
  compilers.set(vendor, compile);
}

/** The compiled schema; the same where nobody compiles those of its library, or what came of it is no schema. */
export function compiledSchema(schema: Schema): Schema {
  const compile = compilers.get(schema["~standard"].vendor);
  try {
    const faster = compile?.(schema as never);
    return isSchema(faster) ? faster : schema;
  } catch {
    return schema;
  }
}
