import { spawn } from "node:child_process";
import { closeSync, writeSync } from "node:fs";
import { definePlugin, serve } from "@outrigger/worker-sdk";
import { type Misdeed, soakContract } from "./soak-contract.js";

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Past the SDK, straight to the pipe. */
function writeRaw(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
    }
  }
}

const plugin = definePlugin(soakContract, {
  echo({ n }, { host, worker }) {
    host.notify("ran", { n });
    return { n, worker: worker.id };
  },
  async nested({ n }, { host }) {
    host.notify("ran", { n });
    return { n, tenant: await host.request("tenant", { n }) };
  },
  async slow({ n, ms }, { host }) {
    host.notify("ran", { n });
    await after(ms);
    return { n };
  },
  async *count({ to }) {
    for (let n = 0; n < to; n++) {
      if (n % 20 === 0) await after(5);
      yield { n };
    }
  },
  async misbehave({ how }, { host }) {
    const misdeeds: Record<Misdeed, () => unknown> = {
      exit: () => process.exit(0),
      throw: () =>
        setImmediate(() => {
          throw new Error("thrown on purpose");
        }),
      hang: () => {
        for (;;);
      },
      flood: () => {
        for (let count = 0; count < 20_000; count++) host.notify("noise", { text: "again" });
      },
      garble: () =>
        writeRaw('{"jsonrpc":"2.0","id":1,"res\n\0\0\n[]\nnull\n\ufffd\n{"jsonrpc":"2.0","id":"x","result":1}\n'),
      "endless-line": () => {
        for (;;) writeRaw("x".repeat(1 << 20));
      },
      "close-stdin": () => closeSync(0),
      "leave-child": () => {
        spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "inherit" });
        setTimeout(() => process.exit(3), 100);
      },
    };
    await misdeeds[how]();
  },
});

serve(plugin);
