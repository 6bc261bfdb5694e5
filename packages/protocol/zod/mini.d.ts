/**
 * zod's small half (`zod/mini`): what a bundler makes of it is smaller than what it makes of `@outrigger/protocol/zod`, and
 * starts sooner.
 *
 * @module
 */
export * from "zod/mini";
