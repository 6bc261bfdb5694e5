/** How long each rung of the stop ladder may take, in ms. */
export interface ShutdownBudget {
  /** From the shutdown request to the exit of the process, running calls included. Default 10,000. */
  readonly drainMs: number;
  /** From SIGTERM to the exit. Default 5,000. */
  readonly terminateMs: number;
  /** From SIGKILL to the exit. Default 2,000. */
  readonly killMs: number;
  /** How long a process whose channel ended may take to exit by itself before it is signalled. Default 500. */
  readonly exitGraceMs: number;
}

export const DEFAULT_SHUTDOWN_BUDGET: ShutdownBudget = {
  drainMs: 10_000,
  terminateMs: 5_000,
  killMs: 2_000,
  exitGraceMs: 500,
};

/** One rung: what is done, and how long the process may take to exit before the next one. */
export interface ShutdownStep {
  readonly action: "request" | "wait" | "SIGTERM" | "SIGKILL";
  readonly withinMs: number;
}

/** Why a process has to go, which decides where on the ladder it starts. */
export type ShutdownCause =
  /** It serves, and was asked to stop: it may drain. */
  | "drain"
  /** It does not serve yet, or failed to start: there is nothing to drain. */
  | "terminate"
  /** Its channel ended: it is most likely exiting. */
  | "lost"
  /** It broke the protocol or hangs: it is not asked. */
  | "kill";

/** The ladder as data, first rung first. The deadline of each rung counts to the exit of the process. */
export function shutdownSteps(cause: ShutdownCause, budget: ShutdownBudget): readonly ShutdownStep[] {
  const kill: ShutdownStep = { action: "SIGKILL", withinMs: budget.killMs };
  const terminate: ShutdownStep = { action: "SIGTERM", withinMs: budget.terminateMs };
  switch (cause) {
    case "drain":
      return [{ action: "request", withinMs: budget.drainMs }, terminate, kill];
    case "lost":
      return [{ action: "wait", withinMs: budget.exitGraceMs }, terminate, kill];
    case "terminate":
      return [terminate, kill];
    case "kill":
      return [kill];
  }
}
