import { z } from "zod";
import { notification, request } from "./contract.js";

/** The protocol versions this release speaks. */
export const PROTOCOL_RANGE = { min: 1, max: 1 } as const;

/** Features this release knows. A feature the other side did not list is never required of it. */
export const FEATURES = ["cancel", "progress", "stream", "ping", "log", "setup", "input"] as const;
/** The name of a feature. */
export type Feature = (typeof FEATURES)[number];

const identity = z.object({ name: z.string(), version: z.string() });
const contractIdentity = z.object({ name: z.string(), version: z.number() });

/** One thing a plugin declares: a tool, job, event pattern, data source or action. */
export const declaration = z.object({
  name: z.string().max(256),
  description: z.string().max(8192).optional(),
  /** JSON Schema of its params. */
  params: z.record(z.string(), z.unknown()).optional(),
});
/** One thing a plugin declares, as it is reported in the `initialize` answer. */
export type Declaration = z.infer<typeof declaration>;

const declarations = z.record(z.string(), z.array(declaration).max(1024));
/** What a plugin declares, by contract method: `{ executeTool: [{ name: "search", … }] }`. */
export type Declarations = z.infer<typeof declarations>;

const initializeParams = z.object({
  protocol: z.object({ min: z.number().int(), max: z.number().int() }),
  contract: contractIdentity,
  features: z.array(z.string()),
  limits: z.object({
    messageBytes: z.number().int().optional(),
    calls: z.number().int().optional(),
    /** Silence after which the host takes the worker for hung, ms: what it has to say of a hang must come earlier. */
    unresponsiveAfterMs: z.number().positive().optional(),
  }),
  host: identity.optional(),
  workerId: z.string(),
  capabilities: z.array(z.string()),
  manifest: z.unknown().optional(),
  config: z.unknown().optional(),
});
/** What a host offers in `initialize`. See docs/wire-protocol.md in the repository. */
export type InitializeParams = z.infer<typeof initializeParams>;

const initializeResult = z.object({
  protocol: z.number().int(),
  contract: contractIdentity,
  features: z.array(z.string().max(256)).max(256),
  methods: z.array(z.string().max(256)).max(4096),
  declarations: declarations.default({}),
  plugin: identity.optional(),
  sdk: identity.optional(),
});
/** What a worker answers to `initialize`. See docs/wire-protocol.md in the repository. */
export type InitializeResult = z.infer<typeof initializeResult>;

const healthResult = z.object({
  status: z.enum(["ok", "degraded", "error"]),
  message: z.string().max(8192).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
/** What a worker answers to `health`. */
export type HealthResult = z.infer<typeof healthResult>;

const logLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal"]);
/** The levels of a worker's log, least important first. */
export type LogLevel = z.infer<typeof logLevel>;

const logParams = z.object({
  level: logLevel,
  message: z.string(),
  meta: z.record(z.string(), z.unknown()).optional(),
  /** When it was logged, ms since the epoch. */
  time: z.number().optional(),
});
/** One line of a worker's log: the params of `$/log`. */
export type LogParams = z.infer<typeof logParams>;

/**
 * The runtime's own methods. `initialize` comes first and once; `initialized` runs the plugin's setup, and is sent only
 * to workers that list the feature `setup`; `shutdown` is answered when the worker has drained.
 * `$/ping`, `$/cancelRequest`, `$/progress` and the stream messages are handled by the peer itself.
 */
export const lifecycle = {
  hostToWorker: {
    initialize: request({ params: initializeParams, result: initializeResult }),
    initialized: request({ params: z.object({}), result: z.unknown() }),
    health: request({ params: z.object({}), result: healthResult }),
    shutdown: request({
      params: z.object({ deadlineMs: z.number().optional(), reason: z.string().optional() }),
      result: z.unknown(),
    }),
    "$/ping": request({ params: z.object({}), result: z.unknown() }),
  },
  workerToHost: {
    "$/log": notification({ params: logParams }),
  },
} as const;
