// For bundlers: of zod's own files they leave out what nobody uses.
export * from "zod";
export { default } from "zod";
