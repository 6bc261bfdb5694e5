import type { Declarations } from "@outrigger/protocol";
import { pidOf } from "./diagnostics.js";
import type { Handshake } from "./host-handshake.js";
import type { WorkerStatus } from "./state-types.js";
import type { Supervisor } from "./supervisor.js";

/** What a handle tells of its worker. */
export interface WorkerFacts {
  readonly status: WorkerStatus;
  readonly pid: number | undefined;
  readonly methods: readonly string[];
  readonly declarations: Declarations;
}

const SUPERVISOR = Symbol("supervisor");

interface Supervised {
  readonly [SUPERVISOR]: Supervisor;
}

const getters = {
  status: {
    enumerable: true,
    get(this: Supervised): WorkerStatus {
      return this[SUPERVISOR].state.status;
    },
  },
  pid: {
    enumerable: true,
    get(this: Supervised): number | undefined {
      return pidOf(this[SUPERVISOR]);
    },
  },
  methods: {
    enumerable: true,
    get(this: Supervised): string[] {
      return [...(handshakeOf(this[SUPERVISOR])?.methods ?? [])];
    },
  },
  declarations: {
    enumerable: true,
    get(this: Supervised): Declarations {
      return handshakeOf(this[SUPERVISOR])?.answer.declarations ?? {};
    },
  },
} satisfies { readonly [Fact in keyof WorkerFacts]: { get(this: Supervised): WorkerFacts[Fact] } & PropertyDescriptor };

/** All handles have the same getters: V8 keeps an object with getters of its own as a dictionary, looked up at every call. */
export function withFacts<Handle extends object>(handle: Handle, supervisor: Supervisor): Handle & WorkerFacts {
  Object.defineProperty(handle, SUPERVISOR, { value: supervisor });
  return Object.defineProperties(handle, getters) as Handle & WorkerFacts;
}

/** What the last of its processes and the host agreed on. */
export function handshakeOf(supervisor: Supervisor): Handshake | undefined {
  return supervisor.incarnation?.lastChannel?.handshakeResult;
}
