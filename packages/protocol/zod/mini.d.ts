/**
 * zod's small half (`zod/mini`), in one file as `@outrigger/protocol/zod`: for plugins built to one file, which start sooner
 * with it.
 *
 * @module
 */
export * from "zod/mini";
