import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import remapping from "@jridgewell/remapping";
import { transform } from "esbuild";
import type { Options } from "tsup";
import { compileEagerly } from "./eager-functions.js";

export type EsbuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];
type Plugin = NonNullable<Options["plugins"]>[number];

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

/** Has V8 compile the functions of these names together with the files that are built. */
export function eagerly(listed: readonly string[]): Plugin {
  const names = new Set(listed);
  return {
    name: "eagerly",
    async renderChunk(code, chunk) {
      if (!chunk.path.endsWith(".js")) return undefined;
      const text = compileEagerly(code, names);
      const eager = text.toString();
      // Fails where a constant has the name of something else, or is given another value.
      await transform(eager, { logOverride: { "assign-to-constant": "error" }, logLevel: "silent" });
      const { map } = chunk;
      // tsup's own merge takes inserted text for a part of a source with the absolute path of the output.
      if (map) {
        const before = typeof map === "string" ? map : JSON.stringify(map);
        chunk.map = remapping([text.generateMap({ hires: "boundary" }).toString(), before], () => null).toString();
      }
      return { code: eager };
    },
  };
}
