import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { workerEnvironment } from "./environment.js";
import type { LaunchSpec } from "./launcher.js";
import { nodeLauncher } from "./node-launcher.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-checks-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
};
/** A Node that is another file than the host's, and notes each time it is asked something. */
const otherNode = (
  name: string,
  command = `exec "${process.execPath}" "$@"`,
): { path: string; asked: () => number } => {
  const log = join(folder, `${name}.log`);
  const path = file(name, `#!/bin/sh\n[ "$1" = -p ] && echo asked >> "${log}"\n${command}\n`);
  chmodSync(path, 0o755);
  return { path, asked: () => readFileSync(log, "utf8").split("asked").length - 1 };
};
const env = workerEnvironment({ workerId: "w", hostEnv: process.env, platform: process.platform });
const spec: LaunchSpec = { workerId: "w", env };
const pinOf = (content: string): string => `sha256-${createHash("sha256").update(content).digest("base64")}`;
const told = "console.log(JSON.stringify(process.execArgv))";

describe.skipIf(process.platform === "win32")("permissions of another Node", () => {
  test("it is asked once which flags it knows, and gets those", async () => {
    const { path, asked } = otherNode("other-node");
    const launcher = nodeLauncher({ entry: file("told.mjs", told), nodePath: path, permissions: { net: true } });
    const run = async (): Promise<void> => {
      const { stdout, permissions } = await launcher.launch(spec);
      expect(permissions?.enforced).toContain("read");
      expect(JSON.parse(await text(stdout))).toContain(`--allow-fs-read=${folder}`);
    };
    await Promise.all([run(), run()]);
    await run();
    expect(asked()).toBe(1);
  });

  test.each([
    ["that does not exist", join(folder, "no-node"), "ENOENT"],
    ["that is no Node", otherNode("echo-node", "echo hello").path, 'it answered "hello'],
    ["that fails", otherNode("bad-node", "echo broken >&2; exit 3").path, "broken"],
  ])("one %s is a failed start that says so", async (_, nodePath, why) => {
    const launcher = nodeLauncher({ entry: file("told.mjs", told), nodePath, permissions: {} });
    await expect(launcher.launch(spec)).rejects.toThrow(why);
    await expect(launcher.launch(spec)).rejects.toThrow(/^permissions: asked .* expected the answer of a Node, but/);
  });

  test("what its environment preloads does not run in the Node that is asked", async () => {
    const { path } = otherNode("asked-node");
    const preload = file("preload.cjs", "console.log('preloaded')");
    const launcher = nodeLauncher({ entry: file("told.mjs", told), nodePath: path, permissions: { read: [preload] } });
    const worker = await launcher.launch({ ...spec, env: { ...env, NODE_OPTIONS: `--require=${preload}` } });
    expect(await text(worker.stdout)).toMatch(/^preloaded\n/);
  });
});

describe("permissions", () => {
  test("what an entry imports from the node_modules above it is readable, and nothing beside it", async () => {
    file("app/package.json", '{"type":"module"}');
    file("app/node_modules/dep/package.json", '{"name":"dep","type":"module","exports":"./index.js"}');
    file("app/node_modules/dep/index.js", "export const dep = 'dep';");
    file("app/plugin/dist/lib.js", "export const lib = 'lib';");
    file("app/secret.txt", "secret");
    const entry = file(
      "app/plugin/dist/plugin.js",
      `import { readFileSync } from "node:fs"; import { dep } from "dep"; import { lib } from "./lib.js";
       try { readFileSync(${JSON.stringify(join(folder, "app/secret.txt"))}); console.log("read"); }
       catch (error) { console.log(dep, lib, error.code); }`,
    );
    const worker = await nodeLauncher({ entry, permissions: {} }).launch(spec);
    expect(await text(worker.stdout)).toBe("dep lib ERR_ACCESS_DENIED\n");
  });

  test.each([
    ["--allow-fs-read=*"],
    ["--allow_child_process"],
    ["--no-permission"],
    ["--permission-audit"],
    ["--env-file=.env"],
    ["--experimental-config-file=node.config.json"],
  ])("%s would overrule them: refused in execArgv and in NODE_OPTIONS", async (flag) => {
    const entry = file("told.mjs", told);
    expect(() => nodeLauncher({ entry, permissions: {}, execArgv: [flag] })).toThrow(/^execArgv: .* would overrule/);
    const launched = nodeLauncher({ entry, permissions: {} }).launch({
      ...spec,
      env: { ...env, NODE_OPTIONS: `--no-warnings ${flag}` },
    });
    await expect(launched).rejects.toThrow(/^env.NODE_OPTIONS: .* would overrule/);
  });

  test.each([
    [{ read: ["docs"] }, "permissions.read: expected absolute paths"],
    [{ write: ["/out/*"] }, "permissions.write: expected absolute paths"],
    [{ read: "/docs" }, "permissions.read: expected a list of strings"],
    [{ workers: "yes" }, "permissions.workers: expected true or false"],
    [{ network: true }, "permissions: there is no option"],
  ])("%j cannot be used", (permissions, message) => {
    expect(() => nodeLauncher({ entry: "/plugin.js", permissions: permissions as never })).toThrow(message);
  });
});

describe("integrity", () => {
  test("the pinned entry runs; once changed it does not, until it is restored", async () => {
    const entry = file("pinned.mjs", "console.log('good')");
    const pin = pinOf("console.log('good')");
    const launcher = nodeLauncher({ entry, integrity: pin });
    expect(await text((await launcher.launch(spec)).stdout)).toBe("good\n");
    writeFileSync(entry, "console.log('bad')");
    await expect(launcher.launch(spec)).rejects.toMatchObject({
      ...{ name: "IntegrityError", file: entry, expected: pin, actual: pinOf("console.log('bad')") },
    });
    writeFileSync(entry, "console.log('good')");
    expect(await text((await launcher.launch(spec)).stdout)).toBe("good\n");
  });
});
