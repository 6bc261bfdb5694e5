import * as z from "@outrigger/protocol/zod";
import { event, events } from "@outrigger/worker-sdk";
import type { DocsContext } from "./docs-context.js";
import { folderPath } from "./settings.js";
import type { TenantLibraries } from "./tenant-libraries.js";

/** The events this plugin asks its host for. */
export const FILE_EVENTS = "file.changed";

/** Keeps the index up with the disk. An event that comes twice does no harm. */
export const fileEvents = (libraries: TenantLibraries) =>
  events({
    [FILE_EVENTS]: event(
      { description: "A file was written or removed.", payload: z.object({ path: folderPath }) },
      async ({ id, payload }, context: DocsContext) => {
        const library = await libraries.open(context);
        const outcome = await library.refreshFile(payload.path);
        context.log.debug("file changed", { event: id, path: payload.path, outcome });
      },
    ),
  });
