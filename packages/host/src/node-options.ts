/** The options in a `NODE_OPTIONS`, as Node reads it: quotes join, and within them a backslash takes what follows as it is. */
export function splitOptions(text = ""): readonly string[] {
  const options: string[] = [];
  let isQuoted = false;
  let isNew = true;
  for (let at = 0; at < text.length; at++) {
    let character = text.charAt(at);
    if (isQuoted && character === "\\") character = text.charAt(++at);
    else if (!isQuoted && character === " ") {
      isNew = true;
      continue;
    } else if (character === '"') {
      isQuoted = !isQuoted;
      continue;
    }
    if (isNew) options.push("");
    isNew = false;
    options[options.length - 1] += character;
  }
  return options;
}

/** Whether they turn Node's permission model on. */
export const enablePermissions = (options: readonly string[]): boolean =>
  findOption(options, /^--(?:experimental-)?permission/) !== undefined;

/** The first option that a pattern matches; Node reads `_` in them as `-`. */
export const findOption = (options: readonly string[], pattern: RegExp): string | undefined =>
  options.find((option) => pattern.test(option.replaceAll("_", "-")));
