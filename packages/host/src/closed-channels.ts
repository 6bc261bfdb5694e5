import type { Channels } from "@outrigger/protocol/authority";
import { guarded } from "@outrigger/protocol/outcomes";
import { CallContext, type ContextSource } from "@outrigger/protocol/tracing";
import type { UntypedHandlers } from "./host-serving.js";

type ClosedChannel = ReturnType<Channels<unknown>["closeAll"]>[number];

/** Tells the host's handler that a push channel is over, as if its worker, which is gone, had closed it. */
export function tellClosed(
  { channel, reason, scope }: ClosedChannel,
  handlers: UntypedHandlers,
  context: ContextSource,
  report: (message: string, error: unknown) => void,
): void {
  const method = "channels.close";
  const handler = handlers[method];
  const { signal } = new AbortController();
  const call = { method, signal, trace: undefined, deadline: undefined, progress: () => {} };
  const origin = { invocation: "none", invocationId: undefined, scope } as const;
  guarded(
    () => handler?.({ channel, reason }, new CallContext(call, origin, context)),
    (error) => report(`the handler of ${method} failed`, error),
  );
}
