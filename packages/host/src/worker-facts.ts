import type { Declarations } from "@outrigger/protocol";
import { pidOf } from "./diagnostics.js";
import type { Handshake } from "./host-handshake.js";
import type { WorkerStatus } from "./state-types.js";
import type { Supervisor } from "./supervisor.js";

/** What a handle tells of its worker. */
export interface WorkerFacts {
  /** Where it is in its life. */
  readonly status: WorkerStatus;
  /** `undefined` when it has no process. */
  readonly pid: number | undefined;
  /** The contract methods it implements; empty before the first handshake. */
  readonly methods: readonly string[];
  /** What its plugin declares: tools, jobs, events, … */
  readonly declarations: Declarations;
}

const SUPERVISOR = Symbol("supervisor");

const facts: WorkerFacts & ThisType<{ readonly [SUPERVISOR]: Supervisor }> = {
  get status() {
    return this[SUPERVISOR].state.status;
  },
  get pid() {
    return pidOf(this[SUPERVISOR]);
  },
  get methods() {
    return [...(handshakeOf(this[SUPERVISOR])?.methods ?? [])];
  },
  get declarations() {
    return handshakeOf(this[SUPERVISOR])?.answer.declarations ?? {};
  },
};
// Frozen, so that a handle's are not redefined.
const getters = Object.getOwnPropertyDescriptors(Object.freeze(facts));

/** All handles have the same getters: V8 keeps an object with getters of its own as a dictionary, looked up at every call. */
export function withFacts<Handle extends object>(handle: Handle, supervisor: Supervisor): Handle & WorkerFacts {
  Object.defineProperty(handle, SUPERVISOR, { value: supervisor });
  return Object.defineProperties(handle, getters) as Handle & WorkerFacts;
}

/** What the last of its processes and the host agreed on. */
export function handshakeOf(supervisor: Supervisor): Handshake | undefined {
  return supervisor.incarnation?.lastChannel?.handshakeResult;
}
