import "./compiler.js";

export * from "zod/mini";
