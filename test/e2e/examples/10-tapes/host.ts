import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "@outrigger/host";
import { tapeLauncher } from "@outrigger/host/testing";
import { replayTape } from "@outrigger/worker-sdk/testing";
import { vault } from "./contract.js";
import { vaultPlugin } from "./plugin.js";

const folder = await mkdtemp(join(tmpdir(), "tapes-"));
const file = join(folder, "vault.ndjson");
const options = { handlers: { "users.title": () => "Countess" } };
const ada = { user: "ada", pin: "1234" };

// Record: a start option. The tape is whole once the worker has stopped.
{
  await using host = createHost(vault, options);
  const worker = await host.start("vault", { entry: new URL("./plugin.js", import.meta.url), record: file });
  await worker.request("open", ada);
}
for (const line of (await readFile(file, "utf8")).trimEnd().split("\n")) {
  const { from, message } = JSON.parse(line);
  if (message?.params?.user ?? message?.result?.greeting) console.log(from, message.params ?? message.result);
}

// Replay against a plugin: the host's calls are made, its answers given, and the plugin's compared.
const same = await replayTape(file, vaultPlugin("Welcome"));
console.log(`${same.calls} call, ${same.differences.length} differences`);
const changed = await replayTape(file, vaultPlugin("Hello"));
for (const { kind, method, expected, got } of changed.differences) console.log(kind, method, { expected, got });

// Play to a host: a launcher whose workers answer as recorded. No plugin is run.
{
  await using host = createHost(vault, options);
  const worker = await host.start("vault", { launcher: tapeLauncher(file) });
  console.log(await worker.request("open", ada));
  await worker.request("open", ada).catch((error) => console.log(error.codeName));
}
await rm(folder, { recursive: true });
