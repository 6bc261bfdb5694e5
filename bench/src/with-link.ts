import type { HostSide, Link } from "./link.js";
import type { Bench, Figures } from "./workload.js";

/** Runs on one started worker, and stops it. */
export async function withLink(
  bench: Bench,
  run: (link: Link) => Promise<Figures | undefined>,
  host?: Partial<HostSide>,
): Promise<Figures | undefined> {
  const station = await bench.open(host);
  try {
    const link = await station.start();
    try {
      return await run(link);
    } finally {
      await link.stop();
    }
  } finally {
    await station.close?.();
  }
}
