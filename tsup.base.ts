import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import type { Options } from "tsup";

export type EsbuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];

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

/**
 * Puts what these entries are made of into one file, which is loaded whole by whoever loads one: each file more takes a
 * worker's start about half a millisecond. Every entry imports them all, so esbuild finds that all share the same.
 */
export const together = (entries: Record<string, string>, joined: readonly string[]): EsbuildPlugin => ({
  name: "together",
  setup(build) {
    // Our own imports look needless to who believes `sideEffects: false`.
    build.initialOptions.ignoreAnnotations = true;
    const paths = new Set(Object.values(entries).map((file) => resolve(file)));
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!paths.has(path)) return undefined;
      const imports = joined.map((name) => {
        const other = relative(dirname(path), resolve(entries[name] ?? name)).replaceAll("\\", "/");
        return `import ${JSON.stringify(`./${other}`)};`;
      });
      return { contents: [await readFile(path, "utf8"), ...imports].join("\n"), loader: "ts" };
    });
  },
});
