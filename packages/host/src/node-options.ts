/** The options in a `NODE_OPTIONS`. */
export const splitOptions = (text: string | undefined): readonly string[] => text?.split(/[\s"]+/) ?? [];

/** Whether they turn Node's permission model on. */
export const enablePermissions = (options: readonly string[]): boolean =>
  findOption(options, /^--(?:experimental-)?permission/) !== undefined;

/** The first option that a pattern matches; Node reads `_` in them as `-`. */
export const findOption = (options: readonly string[], pattern: RegExp): string | undefined =>
  options.find((option) => pattern.test(option.replaceAll("_", "-")));
