import { type ConfigVerdict, type Issue, isRpcError, type Schema, validate } from "@outrigger/protocol";

/** The config a plugin runs with: what its schema made of what the host gave. */
export interface PluginConfig {
  /** Reads it, typed by the schema that checked it. Needs no `this`. */
  readonly read: <Config>(schema: Schema<unknown, Config>) => Config;
  /**
   * Returns what settles it: a config that its handler refused is not kept.
   * @throws RpcError INVALID_PARAMS naming the path of what does not fit; the config stays what it was.
   */
  apply(given: unknown): (isKept: boolean) => void;
}

export function createPluginConfig(schema: Schema | undefined): PluginConfig {
  /** The one in force last, behind those that may still have to come back. */
  const changes: { readonly value: unknown }[] = [];
  return {
    read<Config>(asked: Schema<unknown, Config>): Config {
      if (schema === undefined || asked !== schema) {
        throw new TypeError("config: expected the schema that definePlugin was given as its option config");
      }
      const current = changes.at(-1);
      if (current === undefined) throw new TypeError("config: there is none before the handshake");
      return current.value as Config;
    },
    apply(given) {
      if (schema === undefined) return () => {};
      const change = { value: validate(schema, given ?? {}, "config") };
      changes.push(change);
      return (isKept) => {
        const at = changes.indexOf(change);
        if (at !== -1) changes.splice(isKept ? 0 : at, isKept ? at : 1);
      };
    },
  };
}

/** The answer to `validateConfig` of a plugin that says no more of its config than its schema. */
export function configVerdict(schema: Schema, given: unknown): ConfigVerdict {
  try {
    validate(schema, given, "config");
    return { ok: true };
  } catch (error) {
    const { issues } = ((isRpcError(error) ? error.data : undefined) ?? {}) as { readonly issues?: readonly Issue[] };
    // The schema itself is at fault.
    if (issues === undefined) throw error;
    // Paths of a verdict begin in the config.
    return {
      ok: false,
      errors: issues.map(({ path, message }) => ({ path: path.replace(/^config\.?/, ""), message })),
    };
  }
}
