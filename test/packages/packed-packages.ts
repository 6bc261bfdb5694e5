import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder whose node_modules holds the published packages as npm would install them. */
    consumer: string;
  }
}

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
export const published = ["protocol", "host", "worker-sdk"] as const;
export const tarball = (consumer: string, name: string): string => join(consumer, "tarballs", `outrigger-${name}.tgz`);

function run(cwd: string, command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(" ")} in ${cwd}:\n${stdout}${stderr}`);
}

async function pack(consumer: string): Promise<void> {
  const { packageManager } = JSON.parse(await readFile(join(packages, "../package.json"), "utf8"));
  const filters = published.map((name) => `--filter=@outrigger/${name}`);
  run(packages, "npx", ["--yes", packageManager, ...filters, "pack", "--out", join(consumer, "tarballs", "%s.tgz")]);
}

async function install(name: string, consumer: string): Promise<void> {
  const modules = join(consumer, "node_modules");
  const target = join(modules, "@outrigger", name);
  await mkdir(target, { recursive: true });
  run(target, "tar", ["-xzf", tarball(consumer, name), "--strip-components=1"]);

  const { dependencies = {}, peerDependencies = {} } = JSON.parse(await readFile(join(target, "package.json"), "utf8"));
  const wanted = Object.keys({ ...dependencies, ...peerDependencies });
  for (const dependency of wanted.filter((other) => !other.startsWith("@outrigger/"))) {
    const link = join(modules, dependency);
    await mkdir(join(link, ".."), { recursive: true });
    await rm(link, { force: true });
    await symlink(await realpath(join(packages, name, "node_modules", dependency)), link, "junction");
  }
}

async function fill(consumer: string): Promise<void> {
  await mkdir(join(consumer, "tarballs"));
  await pack(consumer);
  for (const name of published) await install(name, consumer);
  const types = fileURLToPath(new URL("../../node_modules/@types", import.meta.url));
  await mkdir(join(consumer, "node_modules/@types"));
  for (const name of await readdir(types)) {
    await symlink(await realpath(join(types, name)), join(consumer, "node_modules/@types", name), "junction");
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The real path, so that module resolution and the loader's URLs agree where the temp folder is a link.
  const consumer = await realpath(await mkdtemp(join(tmpdir(), "outrigger-consumer-")));
  const clear = () => rm(consumer, { recursive: true, force: true });
  await fill(consumer).catch(async (error) => {
    await clear();
    throw error;
  });
  project.provide("consumer", consumer);
  return clear;
}
