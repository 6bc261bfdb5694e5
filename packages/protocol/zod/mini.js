import "./compiler.js";
import { config } from "zod/v4/core";
import en from "zod/v4/locales/en.js";

// As `zod` has it; `zod/mini` says of whatever is wrong that it is invalid.
if (config().localeError === undefined) config(en());

export * from "zod/mini";
