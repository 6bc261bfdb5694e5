import type { Schema } from "./contract.js";

/** Makes of a schema one that checks the same, faster; gives back the same schema, or throws, where it cannot. */
export type SchemaCompiler = (schema: Schema) => Schema;

const compilers = new Map<string, SchemaCompiler>();

/**
 * From now on the schemas of a library are compiled, each once its method is called often. `@outrigger/protocol/zod` and
 * `@outrigger/protocol/zod-mini` do so for zod. See the README of @outrigger/protocol.
 *
 * @param vendor the library's name, as its schemas' `"~standard"` tells it.
 */
export function compileSchemasOf(vendor: string, compile: SchemaCompiler): void {
  compilers.set(vendor, compile);
}

/** The compiled schema, or the same where nobody compiles those of its library. */
export function compiledSchema<T extends Schema | undefined>(schema: T): T {
  if (schema === undefined) return schema;
  const compile = compilers.get(schema["~standard"].vendor);
  if (compile === undefined) return schema;
  try {
    return compile(schema) as NonNullable<T>;
  } catch {
    return schema;
  }
}
