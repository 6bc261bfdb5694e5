import type { PeerCallOptions, TraceOptions } from "@outrigger/protocol";

/** Options of an untyped call to a worker. */
export type ChannelCallOptions = Omit<PeerCallOptions, "meta"> &
  TraceOptions & {
    readonly scope?: unknown;
    /** What was made of the scope of a call that is sent again; its caller may have changed the object since. */
    readonly fixedScope?: { readonly scope: unknown } | undefined;
    /** Told what was made of its scope, and its params', before it is sent. */
    readonly onScope?: ((scope: unknown) => void) | undefined;
  };
