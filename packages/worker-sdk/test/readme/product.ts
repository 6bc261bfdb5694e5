import { pluginContract } from "@outrigger/protocol/plugin-contract";
import * as z from "@outrigger/protocol/zod";
import { action, actions, data, definePlugin, events, job, jobs, serve, tool, tools } from "@outrigger/worker-sdk";

const notes = new Map<string, string>();

const plugin = definePlugin(pluginContract, {
  executeTool: tools({
    find: tool({ description: "Finds notes", params: z.object({ q: z.string() }) }, async ({ q }) => ({
      content: [...notes].flatMap(([name, text]) => (text.includes(q) ? name : [])).join("\n"),
    })),
  }),
  runJob: jobs({
    prune: job({ params: z.object({ keep: z.int().min(0) }) }, async ({ params }, { progress }) => {
      for (const name of [...notes.keys()].slice(params.keep)) notes.delete(name);
      progress({ done: 1, total: 1 });
    }),
  }),
  onEvent: events({ "note.*": async ({ payload }, { log }) => log.info("heard", { payload }) }),
  getData: data({ count: () => notes.size }),
  performAction: actions({
    add: action({ params: z.object({ name: z.string(), text: z.string() }) }, ({ name, text }) => {
      notes.set(name, text);
    }),
  }),
});
export default plugin;
serve(plugin);
