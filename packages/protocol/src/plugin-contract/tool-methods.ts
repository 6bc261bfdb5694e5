import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { json, key, name, sentence, text } from "./bounded-values.js";
import { progress, tenant } from "./call-context.js";

const toolRun = z.object({
  tenant,
  /** The run, conversation or session it is called in. */
  id: z.optional(key),
  /** The model's or agent's id of this one call. */
  callId: z.optional(key),
  /** Who calls: an agent or a person. */
  actor: z.optional(name),
});
/** On whose behalf a tool is called. */
export type ToolRun = z.output<typeof toolRun>;

/** What a tool answers. A thrown error says the call failed; `error` says the tool ran and has this to tell the model. */
export const toolResult = z.object({
  /** What the model reads. */
  content: text,
  /** The same for programs. */
  data: z.optional(json),
  error: z.optional(sentence),
});
/** What a tool answers. */
export type ToolResult = z.output<typeof toolResult>;

export const toolToWorker = {
  executeTool: request({
    params: z.object({ tool: name, params: z.optional(json), run: toolRun }),
    result: toolResult,
    progress,
    optional: true,
  }),
} as const;
