// @ts-check
import { compileSchemasOf } from "@outrigger/protocol";
import { compile, config, version } from "zod/v4/core";

/** @typedef {import("zod/v4/core").$ZodType} Schema */
/** @typedef {import("zod/v4/core").$ZodTypes["_zod"]["def"]} Def */

compileSchemasOf("zod", (/** @type {Schema} */ schema) =>
  !config().jitless && isPlain(schema) && isSlow(schema) ? compile(schema) : schema,
);

/**
 * The compiler writes out a part wherever it stands, so that a schema of nested unions has millions: this many take it
 * some 20 ms.
 */
const MAX_PARTS = 250;

/**
 * What zod's compiler is trusted with: no function of the author's but a default, since it runs them twice for a value that is
 * refused, no part of another zod, of which it knows nothing, and no check on what may be of another type.
 * @param {Schema} schema
 */
function isPlain(schema) {
  const found = [schema];
  for (let seen = 0; seen < found.length; seen++) {
    const { version: its, def } = /** @type {{ _zod: { version: typeof version, def: Def } }} */ (found[seen])._zod;
    const isOurs = its.major === version.major && its.minor === version.minor && its.patch === version.patch;
    const parts = isOurs && hasPlainChecks(def) ? partsOf(def) : undefined;
    if (parts === undefined || found.length + parts.length > MAX_PARTS) return false;
    found.push(...parts);
  }
  return true;
}

/**
 * @param {Def} def
 * @returns {readonly Schema[] | undefined} `undefined` of a type that is not compiled
 */
function partsOf(def) {
  switch (def.type) {
    case "object":
      return [...Object.values(def.shape), ...(def.catchall ? [def.catchall] : [])];
    case "array":
      return [def.element];
    case "tuple":
      return [...def.items, ...(def.rest ? [def.rest] : [])];
    case "record":
      return [def.keyType, def.valueType];
    case "union":
      return def.options;
    case "intersection":
      return [def.left, def.right];
    case "default":
    case "nonoptional":
    case "nullable":
    case "optional":
    case "readonly":
      return [def.innerType];
    default:
      return SCALARS.has(def.type) && !("fn" in def) ? [] : undefined;
  }
}

const SCALARS = new Set("any bigint boolean date enum literal never null number string undefined unknown".split(" "));

const LENGTHS = ["min_length", "max_length", "length_equals"];
const BOUNDS = ["greater_than", "less_than"];
/** @type {Readonly<Record<string, readonly string[] | undefined>>} */
const PLAIN_CHECKS = {
  array: LENGTHS,
  bigint: [...BOUNDS, "multiple_of", "bigint_format"],
  date: BOUNDS,
  number: [...BOUNDS, "multiple_of", "number_format"],
  string: [...LENGTHS, "string_format"],
};

/** @param {Def} def */
function hasPlainChecks({ type, checks = [] }) {
  return checks.every(({ _zod: { def } }) => PLAIN_CHECKS[type]?.includes(def.check) && !("fn" in def));
}

/** Of an object of scalars zod itself makes code, which is as fast. @param {Schema} schema */
function isSlow({ _zod: zod }) {
  const { def, traits } = /** @type {{ def: Def, traits: Set<string> }} */ (zod);
  if (def.type !== "object" || !traits.has("$ZodObjectJIT")) return !isQuick(def);
  return !Object.values(def.shape).every((member) => isQuick(/** @type {{ def: Def }} */ (member._zod).def));
}

/**
 * Told by one comparison, more or less.
 * @param {Def} def
 * @returns {boolean}
 */
function isQuick(def) {
  if (def.type === "optional" || def.type === "nullable")
    return isQuick(/** @type {{ def: Def }} */ (def.innerType._zod).def);
  return SCALARS.has(def.type) && !("format" in def) && !def.checks?.length;
}
