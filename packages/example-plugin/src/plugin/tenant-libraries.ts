import { ErrorCode, RpcError } from "@outrigger/protocol";
import { createDocLibrary, type DocLibrary } from "./doc-library.js";
import type { DocsContext } from "./docs-context.js";
import type { IndexingOptions } from "./index-folders.js";
import { savedState } from "./saved-state.js";
import type { Settings } from "./settings.js";

/** Libraries kept in memory; one asked for again later is restored from the host's state. */
const MAX_LIBRARIES = 16;

/** The libraries of the tenants this process has worked for, each restored from the host's state on first use. */
export function createTenantLibraries(settings: () => Settings) {
  const libraries = new Map<string, Promise<DocLibrary>>();

  const restore = async ({ host, log, stopping }: DocsContext, onProgress: IndexingOptions["onProgress"]) => {
    const library = createDocLibrary(settings());
    // The first caller may go away; whoever came second still waits for this.
    const folders = await savedState.folders(host, { signal: stopping });
    if (folders.length > 0) {
      const report = await library.reindex({ signal: stopping, onProgress }, folders);
      log.info("restored", { folders: folders.length, files: report.files, ms: report.ms });
    }
    return library;
  };

  /** The library of the tenant whose call this is. */
  const open = async (context: DocsContext, onProgress?: IndexingOptions["onProgress"]): Promise<DocLibrary> => {
    const tenant = tenantOf(context);
    const library = libraries.get(tenant) ?? restore(context, onProgress);
    library.catch(() => libraries.get(tenant) === library && libraries.delete(tenant));
    // Moved to the end: the first in the map is the one not used for longest.
    libraries.delete(tenant);
    libraries.set(tenant, library);
    const oldest = libraries.size > MAX_LIBRARIES ? libraries.keys().next().value : undefined;
    if (oldest !== undefined) libraries.delete(oldest);
    return library;
  };

  return { open, clear: (): void => libraries.clear() };
}

export type TenantLibraries = ReturnType<typeof createTenantLibraries>;

/** Whose documents a call is about. The host says so, not the caller's params. */
function tenantOf({ scope }: DocsContext): string {
  if (scope) return scope.tenant;
  throw new RpcError(
    ErrorCode.INVOCATION_SCOPE_DENIED,
    "whose documents? expected a call with a scope: pass { scope: { tenant } }, or params that name a tenant",
  );
}
