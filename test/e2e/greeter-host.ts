import { createHost, type HostOptions, type StartOptions } from "@outrigger/host";
import { pino } from "pino";
import { fixture } from "./fixture.js";
import { greeter } from "./greeter-contract.js";

export const plugin: StartOptions<typeof greeter> = { entry: fixture("greeter-plugin"), capabilities: ["state.read"] };

/** A host of greeters. `running` resolves when a plugin tells that a call runs. */
export function greeterHost(options: Partial<HostOptions<typeof greeter>> = {}) {
  const titles = new Map([["t1/Ada", "Countess"]]);
  const waiting: (() => void)[] = [];
  const host = createHost(greeter, {
    logger: pino({ level: "silent" }),
    handlers: {
      "state.get": ({ key }, { scope }) => titles.get(`${scope.tenant}/${key}`) ?? null,
      running() {
        for (const resolve of waiting.splice(0)) resolve();
        return null;
      },
    },
    ...options,
  });
  const running = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return { host, running };
}
