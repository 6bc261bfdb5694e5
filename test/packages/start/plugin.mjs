import { takeCoverage } from "node:v8";
import { definePlugin, serve } from "@outrigger/worker-sdk";
import { spelling } from "./contract.mjs";

serve(
  definePlugin(spelling, {
    check: ({ text }) => {
      // Behind the answer.
      setImmediate(takeCoverage);
      return { words: text.split(" "), at: null, seen: { [text]: true } };
    },
    *scan({ file }) {
      yield { file };
    },
    forget() {},
  }),
);
