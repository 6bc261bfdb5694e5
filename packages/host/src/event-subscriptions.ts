import { ErrorCode, eventMatcher, matchesFilter, type PluginEvent, RpcError } from "@outrigger/protocol";
import { bytesAsBase64 } from "@outrigger/protocol/authority";

/** What one worker asked to be told, process by process. */
export interface EventSubscriptions {
  /** @throws RpcError INVALID_PARAMS for a pattern nobody can use, OVERLOADED past the bound */
  add(incarnation: number, id: string, asked: Subscription): void;
  /** A later process's id means nothing to an earlier one. */
  remove(incarnation: number, id: string): void;
  /** This process serves: what earlier ones asked for is over. */
  served(incarnation: number): void;
  /** Whether the process that serves asked for it. */
  wants(event: PluginEvent): boolean;
  /** Whether it is to be kept for the worker: its process wants it, or did until it died. */
  keeps(event: PluginEvent): boolean;
  /** Nobody restarts it: it has asked for nothing. */
  end(): void;
  /** How many the latest process has. */
  readonly size: number;
}

/** What `events.subscribe` asks for. */
export interface Subscription {
  readonly pattern: string;
  readonly filter?: Readonly<Record<string, unknown>> | undefined;
}

interface OfProcess {
  readonly incarnation: number;
  readonly tests: Map<string, Test>;
}

interface Test {
  readonly bytes: number;
  matches(event: PluginEvent): boolean;
}

/** @param max what one process may ask for: subscriptions, and bytes of their patterns and filters as JSON */
export function createSubscriptions(max: { readonly count: number; readonly bytes: number }): EventSubscriptions {
  /** Of the process that served last, whether it lives or not. */
  let last: OfProcess | undefined;
  /** Of the one that is being set up. */
  let coming: OfProcess | undefined;

  const of = (incarnation: number): OfProcess | undefined =>
    [last, coming].find((asker) => asker?.incarnation === incarnation);
  const matches = (asker: OfProcess | undefined, event: PluginEvent): boolean =>
    asker !== undefined && [...asker.tests.values()].some((test) => test.matches(event));

  return {
    add(incarnation, id, { pattern, filter }) {
      let isNamed: (name: string) => boolean;
      try {
        isNamed = eventMatcher(pattern);
      } catch (error) {
        throw new RpcError(ErrorCode.INVALID_PARAMS, `params.pattern: ${(error as Error).message}`);
      }
      let asker = of(incarnation);
      if (asker === undefined) {
        asker = { incarnation, tests: new Map() };
        coming = asker;
      }
      if (asker.tests.size >= max.count) throw overloaded(`${max.count} subscriptions; end some`);
      const bytes = Buffer.byteLength(JSON.stringify([pattern, bytesAsBase64(filter)]));
      if (bytesOf(asker) + bytes > max.bytes) {
        throw overloaded(
          `no more than ${max.bytes} bytes of patterns and filters; end some, or ask for less with each`,
        );
      }
      asker.tests.set(id, {
        bytes,
        matches: ({ name, payload }) => isNamed(name) && (filter === undefined || matchesFilter(payload, filter)),
      });
    },
    remove(incarnation, id) {
      of(incarnation)?.tests.delete(id);
    },
    served(incarnation) {
      last = of(incarnation) ?? { incarnation, tests: new Map() };
      coming = undefined;
    },
    wants: (event) => matches(last, event),
    keeps: (event) => matches(last, event) || matches(coming, event),
    end() {
      last = undefined;
      coming = undefined;
    },
    get size() {
      return (coming ?? last)?.tests.size ?? 0;
    },
  };
}

function bytesOf({ tests }: OfProcess): number {
  let bytes = 0;
  for (const test of tests.values()) bytes += test.bytes;
  return bytes;
}

function overloaded(bound: string): RpcError {
  return new RpcError(ErrorCode.OVERLOADED, `events.subscribe: this process may have ${bound}`);
}
