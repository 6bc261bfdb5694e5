import type { LogLevel } from "@outrigger/protocol";

/** What goes with a line: a flat object, or the error it is about. Errors inside it keep their message and stack. */
export type LogMeta = Readonly<Record<string, unknown>> | Error;

/** One function a level. None of them throws or waits. */
export type Log = { readonly [Level in LogLevel]: (message: string, meta?: LogMeta) => void };
