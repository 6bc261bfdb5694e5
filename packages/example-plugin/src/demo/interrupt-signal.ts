const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** A terminal tells the whole group, and a parent may tell us again: one key press can arrive twice. */
const SAME_PRESS_MS = 500;

/** Ctrl-C as an `AbortSignal`: the first asks to stop, another one ends the process at once. */
export function interrupts(target: NodeJS.Process): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (): void => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SAME_PRESS_MS) target.exit(130);
    controller.abort(new Error("interrupted"));
  };
  for (const name of SIGNALS) target.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) target.off(name, onSignal);
    },
  };
}
