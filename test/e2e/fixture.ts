import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inject } from "vitest";

/** The runnable file built from `fixtures/<name>.ts`. */
export const fixture = (name: string): URL => pathToFileURL(join(inject("fixtures"), "fixtures", `${name}.js`));
