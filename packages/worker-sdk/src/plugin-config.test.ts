import { ErrorCode } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { definePlugin } from "./define-plugin.js";
import { configVerdict, createPluginConfig } from "./plugin-config.js";
import { data, tool, tools } from "./routers.js";
import { createTestHost } from "./testing/test-host.js";

const settings = z.object({ folder: z.string(), maxFiles: z.int().default(100) });

const plugin = definePlugin(
  pluginContract,
  {
    executeTool: tools({
      where: tool({ description: "", params: z.object({}) }, (_, { config }) => {
        expectTypeOf(config(settings)).toEqualTypeOf<{ folder: string; maxFiles: number }>();
        return { content: config(settings).folder };
      }),
    }),
    getData: data({
      config: (_, { config }) => config(settings),
      other: (_, { config }) => config(z.object({})),
    }),
    configChanged() {},
  },
  { config: settings, setup: ({ config, log }) => log.info(`at most ${config(settings).maxFiles}`) },
);

test("the config is checked before setup, and typed where it is read", async () => {
  await using host = await createTestHost(plugin, { config: { folder: "docs" } });
  expect(host.logs).toMatchObject([{ message: "at most 100" }]);
  await expect(host.executeTool("where")).resolves.toEqual({ content: "docs" });
  await expect(host.getData("config")).resolves.toEqual({ folder: "docs", maxFiles: 100 });
  await expect(host.getData("other")).rejects.toThrow("config: expected the schema that definePlugin was given");
});

test("a config that does not fit fails the start, naming the path", async () => {
  const started = createTestHost(plugin, { config: { folder: "docs", maxFiles: "many" } });
  await expect(started).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: expect.stringContaining("config.maxFiles: expected"),
  });
  await expect(createTestHost(plugin, { config: undefined })).rejects.toThrow("config.folder");
});

test("the schema answers validateConfig, unless the plugin does", async () => {
  await using host = await createTestHost(plugin, { config: { folder: "docs" } });
  expect(host.answer.methods).toContain("validateConfig");
  await expect(host.request("validateConfig", { config: { folder: "x" } })).resolves.toMatchObject({ ok: true });
  await expect(host.request("validateConfig", { config: { folder: 7 } })).resolves.toMatchObject({
    ok: false,
    errors: [{ path: "folder", message: expect.any(String) }],
  });
  const own = definePlugin(pluginContract, { validateConfig: () => ({ ok: true }) }, { config: z.unknown() });
  await using other = await createTestHost(own);
  await expect(other.request("validateConfig", { config: {} })).resolves.toMatchObject({ ok: true });
  await using none = await createTestHost(definePlugin(pluginContract, {}));
  expect(none.answer.methods).toEqual([]);
});

test("a changed config is checked, and in force when its handler runs", async () => {
  await using host = await createTestHost(plugin, { config: { folder: "docs" } });
  await host.request("configChanged", { config: { folder: "notes", maxFiles: 3 } });
  await expect(host.getData("config")).resolves.toEqual({ folder: "notes", maxFiles: 3 });
  const refused = host.request("configChanged", { config: { folder: 7 } });
  await expect(refused).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
  await expect(host.getData("config")).resolves.toEqual({ folder: "notes", maxFiles: 3 });
});

test("a config whose handler refuses it is taken back", async () => {
  const tried: number[] = [];
  const careful = definePlugin(
    pluginContract,
    {
      getData: data({ config: (_, { config }) => config(settings) }),
      async configChanged(_, { config }) {
        const { maxFiles } = config(settings);
        tried.push(maxFiles);
        if (maxFiles > 10) throw new Error("too many");
      },
    },
    { config: settings },
  );
  await using host = await createTestHost(careful, { config: { folder: "docs", maxFiles: 1 } });
  await expect(host.request("configChanged", { config: { folder: "docs", maxFiles: 11 } })).rejects.toThrow("too many");
  await host.request("configChanged", { config: { folder: "notes", maxFiles: 10 } });
  await expect(host.request("configChanged", { config: { folder: "docs", maxFiles: 12 } })).rejects.toThrow("too many");
  expect(tried).toEqual([11, 10, 12]);
  await expect(host.getData("config")).resolves.toEqual({ folder: "notes", maxFiles: 10 });
});

test("a config schema that throws is the error, not its verdict", () => {
  const broken = z.object({}).transform(() => {
    throw new Error("out of order");
  });
  expect(() => configVerdict(broken, {})).toThrow("config: the contract's schema");
});

test("of overlapping changes the last that was not refused is kept", () => {
  const config = createPluginConfig(settings);
  const now = () => config.read(settings).maxFiles;
  const [first, second, third] = [1, 2, 3].map((maxFiles) => config.apply({ folder: "docs", maxFiles }));
  expect(now()).toBe(3);
  second?.(false);
  third?.(false);
  expect(now()).toBe(1);
  const [fourth, fifth] = [4, 5].map((maxFiles) => config.apply({ folder: "docs", maxFiles }));
  fifth?.(true);
  fourth?.(true);
  first?.(false);
  expect(now()).toBe(5);
});
