import { randomUUID } from "node:crypto";
import type { HandlerContext, HostHandlers } from "@outrigger/host";
import { ErrorCode, RpcError } from "@outrigger/protocol";
import type { docsSearch } from "../contract.js";

/** A call of the worker, as the host saw it. */
interface NestedCall {
  readonly method: string;
  readonly params: unknown;
  readonly scope: unknown;
  readonly invocationId: string | undefined;
}

const TRACED = 100;

/** What the host does for its plugins. A product has a database here; the demo has maps, which outlive any worker. */
export function createServices(secrets: Readonly<Record<string, string>>) {
  const state = new Map<string, unknown>();
  const calls: NestedCall[] = [];

  /** Notes the call, then answers it. */
  const seen = <P, C extends HandlerContext, R>(answer: (params: P, context: C) => R) => {
    return (params: P, context: C): R => {
      const { method, scope, invocationId } = context;
      calls.push({ method, params, scope, invocationId });
      if (calls.length > TRACED) calls.shift();
      return answer(params, context);
    };
  };
  const keyOf = (workerId: string, tenant: string, namespace: string, key: string): string =>
    JSON.stringify([workerId, tenant, namespace, key]);

  const handlers: HostHandlers<typeof docsSearch> = {
    "state.get": seen(
      ({ namespace, key }, { workerId, scope }) => state.get(keyOf(workerId, scope.tenant, namespace, key)) ?? null,
    ),
    "state.set": seen(({ namespace, key, value }, { workerId, scope }) => {
      state.set(keyOf(workerId, scope.tenant, namespace, key), value);
    }),
    "events.subscribe": seen(() => ({ id: randomUUID() })),
    "secrets.resolve": seen(({ ref }) => {
      const secret = Object.hasOwn(secrets, ref) ? secrets[ref] : undefined;
      if (secret === undefined) throw new RpcError(ErrorCode.INVALID_PARAMS, `params.ref: there is no secret ${ref}`);
      return secret;
    }),
    "activity.log": seen(() => {}),
    "metrics.write": seen(() => {}),
  };
  return { handlers, calls: calls as readonly NestedCall[], forgetCalls: (): void => void calls.splice(0) };
}

export type Services = ReturnType<typeof createServices>;
