export interface WireMessage {
  readonly jsonrpc: "2.0";
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: string;
}

/** Params are what the method's caller sent; nothing is validated here. */
export type Methods = { readonly [method: string]: (params: never) => unknown };

/** The least that makes calls of messages: ids, a table of promises, handlers by name. */
export function createCallTable(send: (message: WireMessage) => void, methods: Methods) {
  const pending = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;

  const serve = async (id: number | undefined, method: string, params: unknown): Promise<void> => {
    let answer: { result: unknown } | { error: string };
    try {
      const handler = methods[method];
      if (handler === undefined) throw new Error(`no method ${method}`);
      const outcome = handler(params as never);
      answer = { result: outcome instanceof Promise ? await outcome : outcome };
    } catch (error) {
      if (id === undefined) throw error;
      answer = { error: String(error) };
    }
    if (id !== undefined) send({ jsonrpc: "2.0", id, ...answer });
  };

  return {
    request(method: string, params: unknown): Promise<unknown> {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        send({ jsonrpc: "2.0", id, method, params });
      });
    },
    notify(method: string, params: unknown): void {
      send({ jsonrpc: "2.0", method, params });
    },
    receive(message: WireMessage): void {
      if (message.method !== undefined) {
        void serve(message.id, message.method, message.params);
        return;
      }
      const call = pending.get(message.id as number);
      pending.delete(message.id as number);
      if (message.error !== undefined) call?.reject(new Error(message.error));
      else call?.resolve(message.result);
    },
  };
}
