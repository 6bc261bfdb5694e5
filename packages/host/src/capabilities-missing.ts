import { listed } from "@outrigger/protocol/authority";

/** A worker was not granted what its plugin needs, and is not to run without it. */
export class CapabilitiesMissing extends Error {
  readonly missing: readonly string[];

  constructor(missing: readonly string[]) {
    super(`not granted: ${listed(missing)}`);
    this.name = "CapabilitiesMissing";
    this.missing = missing;
  }
}
