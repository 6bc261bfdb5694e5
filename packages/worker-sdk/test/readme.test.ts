import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test.each(["plugin.ts", "plugin.test.ts", "product.ts"])("the README shows %s as it is tested", async (file) => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const code = await readFile(new URL(`readme/${file}`, import.meta.url), "utf8");
  expect(readme).toContain(`\`\`\`ts\n// ${file}\n${code}\`\`\``);
});
