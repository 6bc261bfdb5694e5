import type { Contract, Declaration, Handlers, HostToWorker } from "@outrigger/protocol";
import { capabilityNames, kindOf, listed, MAX_NAME } from "@outrigger/protocol/authority";
import { checkObject, checkOptions } from "./option-checks.js";
import { configVerdict } from "./plugin-config.js";
import type { PluginOptions, WorkerContext } from "./plugin-context.js";

const PLUGIN = Symbol.for("outrigger.plugin");
const DECLARES = Symbol.for("outrigger.declares");

/** A plugin: a value that does nothing until it is served, or given to a test host. Made by {@link definePlugin}. */
export interface Plugin<C extends Contract = Contract> {
  readonly contract: C;
  readonly name: string;
  readonly version: string;
  /** What the runtime runs; not for plugin authors. */
  readonly [PLUGIN]: PluginDefinition;
}

const OPTIONS = {
  name: "text",
  version: "text",
  capabilities: "names",
  config: "schema",
  setup: "code",
  health: "code",
  teardown: "code",
} as const;

type ErasedHandler = (params: unknown, context: WorkerContext) => unknown;

/** A plugin's code with its types erased: validation at the wire stands in for them. */
export interface PluginDefinition {
  readonly handlers: ReadonlyMap<string, ErasedHandler>;
  readonly options: PluginOptions;
}

/** A handler that declares what it answers to: made by `tools`, `jobs`, `events`, `data` and `actions`. */
export interface Declaring {
  readonly [DECLARES]: () => readonly Declaration[];
}

/**
 * Defines a plugin. The value is inert: importing it starts nothing, {@link serve} does.
 *
 * @param contract what host and plugin agreed on.
 * @param handlers one function a method of `contract.hostToWorker`; optional methods may be left out. A handler receives
 * the params schema's output and a {@link WorkerContext}; a stream's handler is an async generator. What it throws is the
 * caller's error: an integer `code` and `data` are kept, everything else arrives as `WORKER_ERROR` with its message.
 * @param options name, version, the `capabilities` it needs, the `config` schema and the hooks `setup`, `health` and `teardown`.
 * @throws TypeError for a handler of a method the contract does not have, for a missing one, and for an option that is
 * unknown or of the wrong type.
 */
export function definePlugin<const C extends Contract>(
  contract: C,
  handlers: Handlers<HostToWorker<C>, WorkerContext<C>>,
  options: PluginOptions<C> = {},
): Plugin<C> {
  checkContract(contract);
  checkObject("definePlugin: handlers", handlers, "an object with a function for each method");
  checkOptions("definePlugin: options", options, OPTIONS);
  for (const [name, value] of Object.entries({ name: options.name, version: options.version })) {
    if (value === undefined || value.length <= MAX_NAME) continue;
    throw new TypeError(`definePlugin: options.${name}: expected at most ${MAX_NAME} characters, got ${value.length}`);
  }
  const byMethod = new Map<string, ErasedHandler>();
  for (const [method, handler] of Object.entries(handlers)) {
    if (!Object.hasOwn(contract.hostToWorker, method)) {
      throw new TypeError(
        `definePlugin: ${JSON.stringify(method)} is no method of contract ${contract.name}; it has ${names(contract)}`,
      );
    }
    if (handler === undefined) continue;
    if (typeof handler !== "function") {
      throw new TypeError(
        `definePlugin: handler ${JSON.stringify(method)}: expected a function, got ${kindOf(handler)}`,
      );
    }
    byMethod.set(method, handler as ErasedHandler);
  }
  checkCapabilities(contract, options.capabilities);
  const { config } = options;
  if (config !== undefined && isOptional(contract, "validateConfig") && !byMethod.has("validateConfig")) {
    byMethod.set("validateConfig", (params) => configVerdict(config, (params as { config?: unknown }).config));
  }
  for (const [method, definition] of Object.entries(contract.hostToWorker)) {
    if (!definition.optional && !byMethod.has(method)) {
      throw new TypeError(
        `definePlugin: contract ${contract.name} requires a handler for ${JSON.stringify(method)}; add it, or make the method optional`,
      );
    }
  }
  return Object.freeze({
    contract,
    name: options.name ?? contract.name,
    version: options.version ?? "0.0.0",
    [PLUGIN]: Object.freeze({ handlers: byMethod, options: Object.freeze({ ...options }) as PluginOptions }),
  });
}

/** A plugin's code. @throws TypeError when the value was not made by {@link definePlugin}. */
export function definitionOf(plugin: Plugin): PluginDefinition {
  const definition = (plugin as Partial<Plugin> | null | undefined)?.[PLUGIN];
  if (definition !== undefined) return definition;
  throw new TypeError(`expected a plugin made by definePlugin(contract, handlers), got ${kindOf(plugin)}`);
}

/** Marks a handler with what it declares. The list is made when the host asks for it. */
export function declaring<H extends object>(handler: H, declare: () => readonly Declaration[]): H & Declaring {
  return Object.assign(handler, { [DECLARES]: declare });
}

/** What a handler declares, if it is a router. */
export function declarationsOf(handler: object): readonly Declaration[] | undefined {
  return (handler as Partial<Declaring>)[DECLARES]?.();
}

function isOptional({ hostToWorker }: Contract, method: string): boolean {
  return Object.hasOwn(hostToWorker, method) && hostToWorker[method]?.optional === true;
}

function checkCapabilities(contract: Contract, capabilities: readonly string[] = []): void {
  const known = capabilityNames(contract);
  const stray = capabilities.find((capability) => !known.has(capability));
  if (stray === undefined) return;
  throw new TypeError(
    `definePlugin: options.capabilities: no method of contract ${contract.name} needs ${JSON.stringify(stray)}; it knows ${listed(known)}`,
  );
}

function checkContract(contract: unknown): void {
  const what = "definePlugin: contract";
  const { name, hostToWorker, workerToHost } = checkObject(what, contract, "what defineContract makes");
  if (typeof name === "string" && hostToWorker !== undefined && workerToHost !== undefined) return;
  throw new TypeError(`${what}: expected what defineContract makes, got an object without its methods`);
}

function names(contract: Contract): string {
  return Object.keys(contract.hostToWorker).join(", ") || "none";
}
