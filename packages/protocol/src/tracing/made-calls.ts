import { tracingChannel } from "node:diagnostics_channel";
import { readTrace, type TraceContext, type TraceOptions } from "../trace-context.js";
import { CALL_CHANNEL, type CallMessage } from "../tracing-messages.js";

const channel = tracingChannel<unknown, CallMessage>(CALL_CHANNEL);

/** Whether anybody is told of the calls made: without listeners no message is made. */
export function areCallsTold(): boolean {
  return channel.hasSubscribers;
}

/** The trace a call carries: the one chosen in its options, if it is one, else that of the running code. */
export function traceFor(
  options: TraceOptions | undefined,
  inherited: TraceContext | undefined,
): TraceContext | undefined {
  if (options?.traceparent === undefined) return inherited;
  return readTrace(options.traceparent, options.tracestate) ?? inherited;
}

/** Makes a request and tells of it. `send` gets the options with the trace it is to carry. */
export function tellRequest<Options extends object, Result>(
  message: CallMessage,
  options: Options | undefined,
  send: (options: Options & TraceOptions) => Promise<Result>,
): Promise<Result> {
  return begin(message, () => {
    const promise = send({ ...options, ...traceOf(message) } as Options & TraceOptions);
    promise.then(
      (result) => {
        message.result = result;
        tellEnd(message, undefined);
      },
      (error) => tellEnd(message, error),
    );
    return promise;
  });
}

/** Opens a stream and tells of it. `open` gets the options with the trace, and with what is to be told its end. */
export function tellStream<Options extends object, Stream>(
  message: CallMessage,
  options: Options | undefined,
  open: (options: Options & TraceOptions & { readonly onSettled: (error?: unknown) => void }) => Stream,
): Stream {
  let isOpen = false;
  let early: { readonly error: unknown } | undefined;
  const onSettled = (error?: unknown): void => {
    if (isOpen) tellEnd(message, error);
    else early = { error };
  };
  const stream = begin(message, () =>
    open({ ...options, ...traceOf(message), onSettled } as Parameters<typeof open>[0]),
  );
  isOpen = true;
  if (early !== undefined) tellEnd(message, early.error);
  return stream;
}

/** Sends a notification and tells of it; it is over when it is sent. */
export function tellNotification<Options extends object>(
  message: CallMessage,
  options: Options | undefined,
  send: (options: Options & TraceOptions) => boolean,
): boolean {
  const isSent = begin(message, () => send({ ...options, ...traceOf(message) } as Options & TraceOptions));
  tellEnd(message, undefined);
  return isSent;
}

function traceOf({ traceparent, tracestate }: CallMessage): TraceOptions {
  return traceparent === undefined ? {} : { traceparent, tracestate };
}

function begin<T>(message: CallMessage, send: () => T): T {
  return channel.start.runStores(message, () => {
    try {
      return send();
    } finally {
      channel.end.publish(message);
    }
  });
}

function tellEnd(message: CallMessage, error: unknown): void {
  if (error !== undefined) {
    message.error = error;
    channel.error.publish(message);
  }
  channel.asyncStart.publish(message);
  channel.asyncEnd.publish(message);
}
