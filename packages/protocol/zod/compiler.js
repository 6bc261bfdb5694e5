import { compileSchemasOf } from "@outrigger/protocol";
import { compile, config, version } from "zod/v4/core";

compileSchemasOf("zod", (schema) => (isSlow(schema) && !config().jitless ? compile(schema) : schema));

/** @param {any} schema of zod, perhaps another one's */
function isSlow({ _zod: zod }) {
  const isOurs = zod?.version.minor === version.minor && zod.version.patch === version.patch;
  return isOurs && isContainer(zod) && !(zod.traits.has("$ZodObjectJIT") && isFlat(zod.def.shape));
}

const SCALARS = new Set([
  "string",
  "number",
  "int",
  "boolean",
  "bigint",
  "null",
  "undefined",
  "literal",
  "enum",
  "any",
  "unknown",
]);

const isContainer = ({ def }) => !SCALARS.has(def.type);

/** zod itself makes code for an object of such members, which is as fast. */
const isFlat = (shape) => Object.values(shape).every((member) => !isContainer(member._zod));
