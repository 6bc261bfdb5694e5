import { DEFAULT_LIVENESS, type LivenessSettings } from "./liveness-state.js";
import { checkDelays, type Given, givenUnlessOff, invalidOption, shown, withDefaults } from "./option-checks.js";

/** The option `liveness`; `false`: the worker is not watched. */
export type LivenessOption = Given<LivenessSettings> | false;

const SHORTEST_SILENCE_MS = 100;

/** @throws RpcError INVALID_PARAMS naming the option, what was expected and what it got */
export function resolveLiveness(
  host: LivenessOption | undefined,
  worker: LivenessOption | undefined,
): LivenessSettings | false {
  const given = givenUnlessOff(host, worker);
  if (given === undefined) return false;
  const wanted = withDefaults(DEFAULT_LIVENESS, ...given);
  checkDelays("liveness", { unresponsiveAfterMs: wanted.unresponsiveAfterMs });
  if (wanted.unresponsiveAfterMs < SHORTEST_SILENCE_MS) {
    throw invalidOption(
      `liveness.unresponsiveAfterMs: expected at least ${SHORTEST_SILENCE_MS} ms, got ${wanted.unresponsiveAfterMs}`,
    );
  }
  const half = wanted.unresponsiveAfterMs / 2;
  const pingMs = given.some((options) => options?.pingMs !== undefined)
    ? wanted.pingMs
    : Math.min(DEFAULT_LIVENESS.pingMs, half);
  checkDelays("liveness", { pingMs });
  if (pingMs > half) {
    throw invalidOption(
      `liveness.pingMs: expected at most ${half}, half of unresponsiveAfterMs, got ${pingMs}; else a hang is found too late`,
    );
  }
  if (wanted.onHang !== "report" && wanted.onHang !== "restart") {
    throw invalidOption(`liveness.onHang: expected "report" or "restart", got ${shown(wanted.onHang)}`);
  }
  return { ...wanted, pingMs };
}
