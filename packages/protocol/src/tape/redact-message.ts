import type { Contract, Method } from "../contract.js";
import type { Id, Message } from "../messages.js";
import type { SecretMarks } from "../secret-marks.js";
import { isRecord } from "../value-kind.js";
import { aboutCall } from "./about-call.js";
import { createHiddenErrors, type HiddenErrors } from "./hidden-errors.js";
import { type End, REDACTED } from "./tape-format.js";

/** Calls remembered each way, so that their answers are known; what answers a forgotten one is redacted whole. */
const MAX_CALLS = 4096;

/** No method has this name. */
const AMBIGUOUS = "";

type Part = keyof SecretMarks;
type Fields = Readonly<Record<string, unknown>>;

/** A call that has no answer yet. */
interface OpenCall {
  readonly method: string;
  /** Errors that had been hidden when it began. */
  readonly hiddenBefore: number;
}

/** Takes the secrets out of what two ends say to each other, in the order in which they say it. */
export type RedactMessage = (from: End, message: Message) => Message;

/**
 * Secrets are what the contract marks with `secret`, and what it does not describe: config and manifest, texts of logs, details
 * of health, payloads of unknown methods. A method with a mark shows of its errors the code alone; so does any call during which
 * such an error fell, or whose error has the text of one: a handler may pass on what it got.
 */
export function createRedactor(contract: Contract): RedactMessage {
  const methods: Record<End, ReadonlyMap<string, Method>> = {
    host: new Map(Object.entries(contract.hostToWorker)),
    worker: new Map(Object.entries(contract.workerToHost)),
  };
  const calls: Record<End, Map<Id, OpenCall>> = { host: new Map(), worker: new Map() };
  const hidden = createHiddenErrors();

  const remember = (caller: End, id: Id, method: string): void => {
    const mine = calls[caller];
    const known = mine.get(id);
    if (known === undefined && mine.size >= MAX_CALLS) mine.delete(mine.keys().next().value as Id);
    // An id used twice: whose answer comes, nobody can tell here.
    const isClear = known === undefined || known.method === method;
    const hiddenBefore = known?.hiddenBefore ?? hidden.count;
    mine.set(id, { method: isClear ? method : AMBIGUOUS, hiddenBefore });
  };

  return (from, message) => {
    const about = aboutCall(message);
    const caller = about?.sentBy === "callee" ? otherEnd(from) : from;
    if ("method" in message) {
      const { method, meta } = message;
      const envelope = { jsonrpc: "2.0" as const, ...("id" in message && { id: message.id }), method };
      if ("id" in message) remember(from, message.id, method);
      const call = about === undefined || "id" in message ? undefined : calls[caller].get(about.id);
      const called = about === undefined || "id" in message ? method : call?.method;
      const definition = called === undefined ? undefined : methods[caller].get(called);
      const showError = (error: unknown): unknown => errorOf(definition, error, call, hidden);
      const params = method.startsWith("$/")
        ? runtimeParams(method, message.params, definition, showError)
        : (LIFECYCLE[method]?.params(message.params) ?? hide(definition, "params", message.params));
      return { ...envelope, ...(params !== undefined && { params }), ...(meta !== undefined && { meta }) };
    }
    const { id } = message;
    const call = id === null ? undefined : calls[caller].get(id);
    const called = call?.method;
    if (id !== null) calls[caller].delete(id);
    const definition = called === undefined ? undefined : methods[caller].get(called);
    if ("error" in message) return { jsonrpc: "2.0", id, error: errorOf(definition, message.error, call, hidden) };
    const lifecycle = called === undefined ? undefined : LIFECYCLE[called];
    const result =
      lifecycle === undefined ? hide(definition, "result", message.result) : lifecycle.result(message.result);
    return { jsonrpc: "2.0", id: id as Id, result };
  };
}

const otherEnd = (end: End): End => (end === "host" ? "worker" : "host");

/** What a worker tells of itself. */
const ANSWER = [
  "protocol",
  "contract",
  "features",
  "methods",
  "capabilities",
  "declarations",
  "limits",
  "plugin",
  "sdk",
];

/** What is shown of the runtime's own methods. */
const LIFECYCLE: Readonly<Record<string, { params(value: unknown): unknown; result(value: unknown): unknown }>> = {
  __proto__: null as never,
  initialize: {
    params: (value) => except(value, ["config", "manifest"]),
    result: (value) => members(value, ANSWER),
  },
  initialized: { params: () => ({}), result: nothingElse },
  health: { params: () => ({}), result: (value) => only(value, ["status"]) },
  shutdown: { params: (value) => only(value, ["deadlineMs", "reason"]), result: nothingElse },
  "$/ping": { params: () => ({}), result: () => ({}) },
};

function runtimeParams(
  method: string,
  value: unknown,
  definition: Method | undefined,
  showError: (error: unknown) => unknown,
): unknown {
  const { id, value: progress, item, error, ...rest } = (isFields(value) ? value : {}) as Fields;
  switch (method) {
    case "$/progress":
      return { id, value: hide(definition, "progress", progress) };
    case "$/stream/item":
      return { id, item: hide(definition, "item", item) };
    case "$/input/item":
      return { id, item: hide(definition, "input", item) };
    case "$/input/end":
      return error === undefined ? { id } : { id, error: showError(error) };
    case "$/stream/credit":
    case "$/input/credit":
      return { id, items: rest.items, bytes: rest.bytes };
    case "$/cancelRequest":
    case "$/input/cancel":
      return { id };
    case "$/ping":
      return {};
    case "$/log":
      return only(value, ["level", "time"]);
    default:
      return value === undefined ? undefined : REDACTED;
  }
}

function hide(definition: Method | undefined, part: Part, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (definition === undefined) return REDACTED;
  const mark = definition.secret === true ? true : definition.secret?.[part];
  if (mark === undefined) return value;
  if (mark === true || !isFields(value)) return REDACTED;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, mark.includes(name) ? REDACTED : member]),
  );
}

/** A message may quote what it complains of. */
function errorOf(
  definition: Method | undefined,
  error: unknown,
  call: OpenCall | undefined,
  hidden: HiddenErrors,
): unknown {
  const { code, message, data } = (isFields(error) ? error : {}) as Fields;
  const isMarked = definition === undefined || definition.secret !== undefined;
  if (!isMarked && !hidden.mayTell(error, call?.hiddenBefore ?? 0)) return error;
  if (isMarked) hidden.hide(message);
  return { code, message: REDACTED, ...(data !== undefined && { data: REDACTED }) };
}

function only(value: unknown, shown: readonly string[]): unknown {
  if (!isFields(value)) return REDACTED;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, shown.includes(name) ? member : REDACTED]),
  );
}

/** What else there is, is left out. */
function members(value: unknown, shown: readonly string[]): unknown {
  if (!isFields(value)) return REDACTED;
  return Object.fromEntries(Object.entries(value).filter(([name]) => shown.includes(name)));
}

function except(value: unknown, hidden: readonly string[]): unknown {
  if (!isFields(value)) return REDACTED;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, hidden.includes(name) ? REDACTED : member]),
  );
}

function nothingElse(value: unknown): unknown {
  return value === null || value === undefined ? null : REDACTED;
}

function isFields(value: unknown): value is Fields {
  return isRecord(value) && !ArrayBuffer.isView(value);
}
