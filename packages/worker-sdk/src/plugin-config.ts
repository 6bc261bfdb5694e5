import { type ConfigVerdict, type Issue, isRpcError, type Schema, validate } from "@outrigger/protocol";

/** The config a plugin runs with: what its schema made of what the host gave. */
export interface PluginConfig {
  /** Reads it, typed by the schema that checked it. Needs no `this`. */
  readonly read: <Config>(schema: Schema<unknown, Config>) => Config;
  /**
   * Returns what takes it back, for a handler that refuses it.
   * @throws RpcError INVALID_PARAMS naming the path of what does not fit; the config stays what it was.
   */
  apply(given: unknown): () => void;
}

export function createPluginConfig(schema: Schema | undefined): PluginConfig {
  let current: { readonly value: unknown } | undefined;
  return {
    read<Config>(asked: Schema<unknown, Config>): Config {
      if (schema === undefined || asked !== schema) {
        throw new TypeError("config: expected the schema that definePlugin was given as its option config");
      }
      if (current === undefined) throw new TypeError("config: there is none before the handshake");
      return current.value as Config;
    },
    apply(given) {
      if (schema === undefined) return () => {};
      const before = current;
      const applied = { value: validate(schema, given ?? {}, "config") };
      current = applied;
      return () => {
        if (current === applied) current = before;
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
