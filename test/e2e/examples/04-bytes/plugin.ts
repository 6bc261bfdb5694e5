import { definePlugin, serve } from "@outrigger/worker-sdk";
import { images } from "./contract.js";

const plugin = definePlugin(images, {
  invert: ({ pixels }) => ({ pixels: pixels.map((value) => 255 - value) }),
  async *read({ chunks }) {
    for (let chunk = 0; chunk < chunks; chunk++) yield new Uint8Array(65_536).fill(chunk);
  },
});
export default plugin;
serve(plugin);
