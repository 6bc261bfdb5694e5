import { type Declaration, ErrorCode, RpcError, type Schema, validate } from "@outrigger/protocol";
import { kindOf, listed } from "@outrigger/protocol/authority";
import { checkObject } from "./option-checks.js";

/** What one entry of a router says of itself. */
export interface EntryOptions<S extends Schema<unknown, unknown> = Schema<unknown, unknown>> {
  /** For people and models; at most 8,192 characters. */
  readonly description?: string | undefined;
  /** Schema of its params: checked before it runs, and declared to the host as JSON Schema. */
  readonly params?: S | undefined;
}

/** One entry: what it says of itself, and its code with the types erased. */
export interface Entry<Context, Result> extends EntryOptions {
  readonly run: (input: never, context: Context, call: never) => Result | PromiseLike<Result>;
}

/** Entries by name; a plain function is an entry without options. */
export type Entries<Context, Result, Plain = never> = {
  readonly [name: string]: Entry<Context, Result> | Plain;
};

type Run = (input: unknown, context: unknown, call: unknown) => unknown;

/** An entry as plain JavaScript may give it. */
interface Unchecked extends EntryOptions {
  readonly payload: EntryOptions["params"];
  readonly run: Run;
}

/** Finds an entry by name and checks the params for it. */
export interface Router {
  /** @throws RpcError INVALID_PARAMS that names the known entries, or what is wrong with the params. */
  find(name: string, params: unknown): { readonly run: Run; readonly params: unknown };
  /** What the host is told in the handshake. */
  declare(): Declaration[];
}

/**
 * @param kind what an entry is called in messages, and `member` where its name stands in the call's params.
 * @param part which part of an entry is the schema that is checked and declared.
 * @throws TypeError for an entry that is no function and was not made by `make`, and for a name of no or over 256 characters.
 */
export function createRouter(
  kind: string,
  member: string,
  entries: object,
  part: "params" | "payload" = "params",
): Router {
  checkObject(`${kind} entries`, entries, "an object of functions by name");
  const byName = new Map<string, EntryOptions & { readonly run: Run }>();
  for (const [name, value] of Object.entries(entries) as [string, Run | Partial<Unchecked> | undefined][]) {
    const entry: Partial<Unchecked> = typeof value === "function" ? { run: value } : (value ?? {});
    const { run, description, [part]: params } = entry;
    if (typeof run !== "function") {
      throw new TypeError(`${kind} ${JSON.stringify(name)}: expected a function, got ${kindOf(value)}`);
    }
    if (name === "" || name.length > 256) {
      throw new TypeError(`${kind} ${JSON.stringify(name)}: expected a name of 1 to 256 characters`);
    }
    byName.set(name, { run, description, params });
  }
  return {
    find(name, params) {
      const entry = byName.get(name);
      if (entry === undefined) throw unknownEntry(kind, member, name, [...byName.keys()]);
      const { run, params: schema } = entry;
      return { run, params: schema === undefined ? params : validate(schema, params ?? {}, "params") };
    },
    declare: () =>
      [...byName].map(([name, { description, params }]) => {
        const schema = params === undefined ? undefined : jsonSchemaOf(params);
        return {
          name,
          ...(description !== undefined && { description }),
          ...(schema !== undefined && { params: schema }),
        };
      }),
  };
}

function unknownEntry(kind: string, member: string, name: string, known: string[]): RpcError {
  const message = `there is no ${kind} ${JSON.stringify(name.slice(0, 256))}; this plugin has ${listed(known)}`;
  const path = `params.${member}`;
  return new RpcError(ErrorCode.INVALID_PARAMS, `${path}: ${message}`, { data: { issues: [{ path, message }] } });
}

/** Through Standard JSON Schema, which zod implements; a schema that cannot be told as JSON Schema is left out. */
function jsonSchemaOf(schema: Schema<unknown, unknown>): Record<string, unknown> | undefined {
  const standard = schema["~standard"] as {
    readonly jsonSchema?: { input?(options: { target: string; libraryOptions: object }): Record<string, unknown> };
  };
  try {
    // For zod: a member that JSON Schema has no word for, like bytes, is declared as anything, and the rest as it is.
    return standard.jsonSchema?.input?.({ target: "draft-2020-12", libraryOptions: { unrepresentable: "any" } });
  } catch {
    return undefined;
  }
}
