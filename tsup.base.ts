import { existsSync } from "node:fs";
import type { Options } from "tsup";

export const library = (entry: Record<string, string>): Options => ({
  entry: Object.fromEntries(Object.entries(entry).filter(([, file]) => existsSync(file))),
  format: "esm",
  target: "node20.19",
  platform: "node",
  dts: true,
  sourcemap: true,
  clean: true,
  silent: true,
});
