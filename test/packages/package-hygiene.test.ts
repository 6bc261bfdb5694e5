import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, it } from "vitest";
import { published, tarball } from "./packed-packages.js";

const manifestUrl = (name: string) => new URL(`../../packages/${name}/package.json`, import.meta.url);

// ESM only: Node's require() loads it, and resolvers older than `exports` are not supported.
const expected = (problem: Problem): boolean =>
  problem.kind === "CJSResolvesToESM" || ("resolutionKind" in problem && problem.resolutionKind === "node10");

describe.each(published)("%s as published", (name) => {
  const root = join(inject("consumer"), "node_modules/@outrigger", name);
  const dist = join(root, "dist");

  it("publint finds nothing", async () => {
    const { messages, pkg } = await publint({ pkgDir: root, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it("its types resolve wherever its code does", async () => {
    const data = await readFile(tarball(inject("consumer"), name));
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
    expect(result.types).toMatchObject({ kind: "included" });
    expect("problems" in result ? result.problems.filter((problem) => !expected(problem)) : []).toEqual([]);
  });

  it("its code knows nothing of this repository's own versions and tools", async () => {
    const files = (await readdir(dist)).filter((file) => file.endsWith(".js"));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(await readFile(join(dist, file), "utf8")).not.toMatch(/"(workspace|catalog):/);
  });

  it("no file of it names a folder of the machine it was built on", async () => {
    const repository = fileURLToPath(new URL("../../", import.meta.url));
    // As it stands in JSON on Windows, too.
    const spellings = [repository, repository.replaceAll("\\", "/"), JSON.stringify(repository).slice(1, -1)];
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const text = await readFile(file, "utf8");
      expect(
        spellings.some((spelling) => text.includes(spelling)),
        file,
      ).toBe(false);
    }
  });

  it("ships its README and the licence", async () => {
    expect(await readdir(root)).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json"]));
  });

  it("no documentation of its types cites a file that is not in the package", async () => {
    const files = (await readdir(dist)).filter((file) => file.endsWith(".d.ts"));
    const text = await Promise.all(files.map((file) => readFile(join(dist, file), "utf8")));
    const cited = text.flatMap((code) => [...code.matchAll(/docs\/[\w-]+\.md(?! in the repository)/g)]);
    expect(cited.map(([path]) => path)).toEqual([]);
  });

  it("publishes its development entries without the source condition", async () => {
    const manifest = JSON.parse(await readFile(manifestUrl(name), "utf8"));
    const strip = (_key: string, value: unknown) => {
      if (typeof value !== "object" || value === null) return value;
      const { "outrigger-source": _source, ...rest } = value as Record<string, unknown>;
      return Object.keys(rest).length === 1 && "default" in rest ? rest.default : rest;
    };
    expect(manifest.publishConfig.exports).toEqual(JSON.parse(JSON.stringify(manifest.exports, strip), strip));
  });
});
