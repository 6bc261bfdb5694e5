import type { Declarations } from "@outrigger/protocol";
import { pidOf } from "./diagnostics.js";
import type { Handshake } from "./host-handshake.js";
import type { WorkerStatus } from "./state-types.js";
import type { Supervisor } from "./supervisor.js";

/** What a handle tells of its worker. Getters in an object literal would have V8 look up each of its members at every call. */
export class WorkerFacts {
  readonly #supervisor: Supervisor;
  readonly #handshake: () => Handshake | undefined;

  constructor(supervisor: Supervisor, handshake: () => Handshake | undefined) {
    this.#supervisor = supervisor;
    this.#handshake = handshake;
  }

  get status(): WorkerStatus {
    return this.#supervisor.state.status;
  }

  get pid(): number | undefined {
    return pidOf(this.#supervisor);
  }

  get methods(): string[] {
    return [...(this.#handshake()?.methods ?? [])];
  }

  get declarations(): Declarations {
    return this.#handshake()?.answer.declarations ?? {};
  }
}
