import { type ConfigVerdict, validate } from "@outrigger/protocol";
import { definePlugin } from "@outrigger/worker-sdk";
import { docsSearch } from "./contract.js";
import { FILE_EVENTS, fileEvents } from "./plugin/file-events.js";
import { folderActions, folderData, folderJobs } from "./plugin/folder-work.js";
import { pushWebhook } from "./plugin/push-webhook.js";
import { searchTools } from "./plugin/search-tools.js";
import { type Settings, settings } from "./plugin/settings.js";
import { createTenantLibraries } from "./plugin/tenant-libraries.js";

/** Full-text search over folders of Markdown. Each value has state of its own, so a test makes its own. */
export function docsPlugin() {
  let current: Settings = settings.parse({});
  const libraries = createTenantLibraries(() => current);

  return definePlugin(
    docsSearch,
    {
      validateConfig: ({ config }): ConfigVerdict => {
        const parsed = settings.safeParse(config);
        if (parsed.success) return { ok: true };
        return {
          ok: false,
          errors: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
        };
      },
      configChanged({ config }) {
        current = validate(settings, config, "config");
        // Indexed by other rules: the next call restores the tenant's folders by the new ones.
        libraries.clear();
      },
      executeTool: searchTools(libraries),
      performAction: folderActions(libraries),
      runJob: folderJobs(libraries),
      getData: folderData(libraries),
      onEvent: fileEvents(libraries),
      handleWebhook: pushWebhook(libraries, () => current),
      async *findText({ text }, context) {
        const library = await libraries.open(context);
        yield* library.findText(text, context.signal);
      },
    },
    {
      name: "docs-search",
      version: "1.0.0",
      async setup({ host, log, worker }) {
        current = validate(settings, worker.config ?? {}, "config");
        try {
          await host.request("events.subscribe", { pattern: FILE_EVENTS });
        } catch (error) {
          log.warn("without events: a changed file is found by the job reindex", { error });
        }
      },
    },
  );
}
