import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

// Every snippet is compiled, and `plugin.test.ts` is run, against the packed package: test/packages/readme.test.ts.
test("the README shows product.ts as it is tested", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const code = await readFile(new URL("readme/product.ts", import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n// product.ts\n${code}\`\`\``);
});
