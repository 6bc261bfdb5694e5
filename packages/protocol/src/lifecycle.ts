import { MAX_NAME, notification, request } from "./contract.js";
import {
  anyRecord,
  anything,
  integer,
  list,
  number,
  object,
  oneOf,
  optional,
  positiveNumber,
  record,
  type Shaped,
  text,
  withDefault,
} from "./wire-shape.js";

/** The protocol versions this release speaks. */
export const PROTOCOL_RANGE = { min: 1, max: 1 } as const;

/** Features this release knows. A feature the other side did not list is never required of it. */
export const FEATURES = [
  "cancel",
  "progress",
  "stream",
  "ping",
  "log",
  "setup",
  "input",
  "bulk",
  "deadline",
  "short",
  "heads",
  "columns",
  "inspect",
] as const;
/** The name of a feature. */
export type Feature = (typeof FEATURES)[number];

const identity = object({ name: text(MAX_NAME), version: text(MAX_NAME) });
const contractIdentity = object({ name: text(MAX_NAME), version: number });

const declaration = object({
  name: text(256),
  description: optional(text(8192)),
  /** JSON Schema of its params. */
  params: optional(anyRecord),
});
/** One thing a plugin declares, as it is reported in the `initialize` answer. */
export type Declaration = Shaped<typeof declaration>;

const declarations = record(list(declaration, 1024));
/** What a plugin declares, by contract method: `{ executeTool: [{ name: "search", … }] }`. */
export type Declarations = Shaped<typeof declarations>;

const initializeParams = object({
  protocol: object({ min: integer, max: integer }),
  contract: contractIdentity,
  features: list(text()),
  limits: object({
    messageBytes: optional(integer),
    calls: optional(integer),
    /** Silence after which the host takes the worker for hung, ms: what it has to say of a hang must come earlier. */
    unresponsiveAfterMs: optional(positiveNumber),
    /** The deadline of a request that tells none, ms; for ends that both know the feature `deadline`. */
    deadlineMs: optional(positiveNumber),
  }),
  host: optional(identity),
  workerId: text(),
  capabilities: list(text()),
  manifest: anything,
  config: anything,
});
/** What a host offers in `initialize`. See docs/wire-protocol.md in the repository. */
export type InitializeParams = Shaped<typeof initializeParams>;

const initializeResult = object({
  protocol: integer,
  contract: contractIdentity,
  features: list(text(256), 256),
  methods: list(text(256), 4096),
  /** What the plugin needs; left out by one that does not say. */
  capabilities: optional(list(text(256), 1024)),
  declarations: withDefault(declarations, () => ({})),
  /** `messageBytes`: the longest message the worker reads. Left out: as long as the host sends any. */
  limits: optional(object({ messageBytes: optional(positiveNumber) })),
  plugin: optional(identity),
  sdk: optional(identity),
});
/** What a worker answers to `initialize`. See docs/wire-protocol.md in the repository. */
export type InitializeResult = Shaped<typeof initializeResult>;

const healthResult = object({
  status: oneOf("ok", "degraded", "error"),
  message: optional(text(8192)),
  details: optional(anyRecord),
});
/** What a worker answers to `health`. */
export type HealthResult = Shaped<typeof healthResult>;

const logLevel = oneOf("trace", "debug", "info", "warn", "error", "fatal");
/** The levels of a worker's log, least important first. */
export type LogLevel = Shaped<typeof logLevel>;

const logParams = object({
  level: logLevel,
  message: text(),
  meta: optional(anyRecord),
  /** When it was logged, ms since the epoch. */
  time: optional(number),
});
/** One line of a worker's log: the params of `$/log`. */
export type LogParams = Shaped<typeof logParams>;

/**
 * The runtime's own methods. `initialize` comes first and once; `initialized` runs the plugin's setup, and is sent only
 * to workers that list the feature `setup`; `shutdown` is answered when the worker has drained.
 * `$/ping`, `$/cancelRequest`, `$/progress` and the stream messages are handled by the peer itself.
 */
export const lifecycle = {
  hostToWorker: {
    initialize: request({ params: initializeParams, result: initializeResult }),
    initialized: request({ params: object({}), result: anything }),
    health: request({ params: object({}), result: healthResult }),
    shutdown: request({
      params: object({ deadlineMs: optional(number), reason: optional(text()) }),
      result: anything,
    }),
    "$/ping": request({ params: object({}), result: anything }),
  },
  workerToHost: {
    "$/log": notification({ params: logParams }),
  },
} as const;
