import { realpath, stat } from "node:fs/promises";
import { ErrorCode, RpcError } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";
import { action, actions, data, job, jobs } from "@outrigger/worker-sdk";
import type { IndexReport, Stats } from "../contract.js";
import type { DocsContext, ReportingContext } from "./docs-context.js";
import { MAX_FOLDERS, savedState } from "./saved-state.js";
import { folderPath } from "./settings.js";
import type { TenantLibraries } from "./tenant-libraries.js";

/** What an operator does: which folders are searched. */
export const folderActions = (libraries: TenantLibraries) =>
  actions({
    "add-folder": action(
      { description: "Adds a folder of Markdown and indexes it.", params: z.object({ path: folderPath }) },
      async ({ path }, context: ReportingContext) => {
        const library = await libraries.open(context, context.progress);
        const folder = await existingFolder(path);
        if (library.folders.size >= MAX_FOLDERS && !library.folders.has(folder)) {
          throw new RpcError(ErrorCode.OVERLOADED, `there are ${MAX_FOLDERS} folders, which is the limit`);
        }
        const report = await library.reindex(progressOf(context), [folder]);
        await savedState.setFolders(context.host, library.folders);
        await remember(context, report, `indexed ${report.files} files of ${folder}`);
        return report;
      },
    ),
  });

/** What a schedule does. */
export const folderJobs = (libraries: TenantLibraries) =>
  jobs({
    reindex: job(
      { description: "Indexes all folders of the tenant anew." },
      async (_run, context: ReportingContext) => {
        const library = await libraries.open(context);
        const report = await library.reindex(progressOf(context));
        await remember(context, report, `indexed ${report.files} files anew`);
        return report;
      },
    ),
  });

/** What a page about the plugin shows. */
export const folderData = (libraries: TenantLibraries) =>
  data({
    stats: async (_params, context: DocsContext): Promise<Stats> => {
      const library = await libraries.open(context);
      const lastIndexedAt = await savedState.lastIndexedAt(context.host);
      return { ...library.stats(), lastIndexedAt, heapBytes: process.memoryUsage().heapUsed };
    },
  });

function progressOf({ signal, progress }: ReportingContext) {
  return { signal, onProgress: progress };
}

/** Notes that indexing was done: when, for people, and how long it took. */
async function remember({ host, log }: DocsContext, report: IndexReport, message: string): Promise<void> {
  await savedState.setLastIndexedAt(host, new Date());
  // Nice to have: a host that does not grant these still has its index.
  const records = await Promise.allSettled([
    host.request("activity.log", { message, action: "docs.indexed", data: { files: report.files, ms: report.ms } }),
    host.request("metrics.write", { name: "docs.index.duration", value: report.ms, unit: "ms" }),
  ]);
  for (const record of records) if (record.status === "rejected") log.debug("not recorded", record.reason);
}

async function existingFolder(path: string): Promise<string> {
  const folder = await realpath(path).catch(() => undefined);
  if (folder !== undefined && (await stat(folder)).isDirectory()) return folder;
  throw new RpcError(
    ErrorCode.INVALID_PARAMS,
    folder === undefined ? `params.path: there is no folder ${path}` : `params.path: ${path} is not a folder`,
  );
}
