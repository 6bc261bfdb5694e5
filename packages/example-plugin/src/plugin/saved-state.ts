import { validate } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";
import type { DocsContext } from "./docs-context.js";
import { folderPath } from "./settings.js";

type Host = DocsContext["host"];
type Options = { readonly signal?: AbortSignal };

/** At most so many folders a tenant. */
export const MAX_FOLDERS = 256;
const folders = z.array(folderPath).max(MAX_FOLDERS).nullable();
const time = z.iso.datetime().nullable();

/** What outlives this process, kept by the host for the tenant of the call. */
export const savedState = {
  async folders(host: Host, options?: Options): Promise<string[]> {
    return validate(folders, await host.request("state.get", { key: "folders" }, options), "state.folders") ?? [];
  },
  async setFolders(host: Host, value: Iterable<string>): Promise<void> {
    await host.request("state.set", { key: "folders", value: [...value] });
  },
  async lastIndexedAt(host: Host): Promise<string | null> {
    return validate(time, await host.request("state.get", { key: "lastIndexedAt" }), "state.lastIndexedAt");
  },
  async setLastIndexedAt(host: Host, value: Date): Promise<void> {
    await host.request("state.set", { key: "lastIndexedAt", value: value.toISOString() });
  },
};
