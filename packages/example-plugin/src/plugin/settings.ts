import { isAbsolute } from "node:path";
import * as z from "@outrigger/protocol/zod";
import { DEFAULT_SCAN } from "../search/folder-scan.js";

/** The plugin's config, as an operator writes it. Everything has a default. */
export const settings = z.strictObject({
  /** With the dot. */
  extensions: z
    .array(
      z
        .string()
        .regex(/^\.[\w.-]+$/, { error: 'expected an extension like ".md"' })
        .toLowerCase(),
    )
    .min(1)
    .max(32)
    .default([...DEFAULT_SCAN.extensions]),
  /** Globs over names relative to a folder. */
  ignore: z
    .array(z.string().min(1).max(1024))
    .max(256)
    .default([...DEFAULT_SCAN.ignore]),
  /** Larger files are left out. */
  maxFileBytes: z
    .int()
    .min(1)
    .max(16 * 1024 * 1024)
    .default(DEFAULT_SCAN.maxFileBytes),
  /** Of one folder. */
  maxFiles: z.int().min(1).max(100_000).default(DEFAULT_SCAN.maxFiles),
  /** Which of the host's secrets signs the webhook `push`; without it the webhook is closed. */
  webhookSecret: z.string().min(1).max(1024).optional(),
});
export type Settings = z.output<typeof settings>;

/** A folder as a user names it. */
export const folderPath = z
  .string()
  .max(4096)
  .refine(isAbsolute, { error: "expected an absolute path: the plugin runs in its own process and folder" });
