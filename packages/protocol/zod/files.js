// For bundlers: of zod's own files they leave out what nobody uses.
import "./compiler.js";

export * from "zod";
export { default } from "zod";
