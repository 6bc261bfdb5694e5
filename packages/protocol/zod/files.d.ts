/**
 * zod 4, in one file for Node: its hundred files take longer to load than Node takes to start, and every worker loads its
 * contract's schemas. Translations (`locales`) are loaded from `zod` when they are asked for.
 *
 * @module
 */
export * from "zod";
export { default } from "zod";
