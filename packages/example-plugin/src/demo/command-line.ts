import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the user asked for. */
export type Command =
  | { readonly kind: "tour" }
  | { readonly kind: "help" }
  | { readonly kind: "search"; readonly folder: string; readonly query: string }
  | { readonly kind: "wrong"; readonly message: string };

export const usage = `Usage: demo                       the tour: a plugin at work, killed, and back
       demo -- <folder> "<query>"  search the Markdown in a folder of yours
       demo -- --help              this text

Colours follow the terminal, NO_COLOR and FORCE_COLOR. Exit code 0 when all went well, 1 when a step or the search
failed, 2 for wrong arguments, 130 after Ctrl-C.`;

/** Reads the arguments. Never throws: what is wrong is part of the answer. */
export async function commandOf(args: readonly string[], cwd: string): Promise<Command> {
  let words: string[];
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help) return { kind: "help" };
    words = positionals;
  } catch (error) {
    return { kind: "wrong", message: error instanceof Error ? error.message : String(error) };
  }
  const [folder, ...query] = words;
  if (folder === undefined) return { kind: "tour" };
  if (query.join("").trim() === "") return { kind: "wrong", message: `expected a query after the folder ${folder}` };
  const path = resolve(cwd, folder);
  const info = await stat(path).catch(() => undefined);
  if (!info) return { kind: "wrong", message: `there is no folder ${path}` };
  if (!info.isDirectory()) return { kind: "wrong", message: `${path} is a file; expected the folder it is in` };
  return { kind: "search", folder: path, query: query.join(" ") };
}
