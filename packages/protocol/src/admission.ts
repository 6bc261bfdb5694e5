import { methodNotFound, overloaded } from "./call-errors.js";
import { isReservedMethod, type Method } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { KeptBytes } from "./kept-bytes.js";
import type { NotificationMessage, RequestMessage } from "./messages.js";
import type { MethodTable } from "./method-table.js";

/** What bounds the calls that one end takes in, and how full it is. */
export interface Intake {
  readonly methods: MethodTable;
  readonly running: { readonly size: number };
  readonly maxRunning: number;
  readonly kept: KeptBytes;
  /** It takes nothing more, but for the runtime's own. */
  isShut: boolean;
}

/**
 * The method of a call that there is room for. What the contract and the bounds refuse costs no look at params.
 * @throws RpcError SHUTTING_DOWN, METHOD_NOT_FOUND, INVALID_REQUEST, OVERLOADED
 */
export function admittedMethod(intake: Intake, message: RequestMessage | NotificationMessage, bytes: number): Method {
  const { method } = message;
  const hasId = "id" in message;
  if (intake.isShut && !method.startsWith("$/")) {
    throw new RpcError(ErrorCode.SHUTTING_DOWN, `${method}: this end is shutting down; call again after its restart`);
  }
  const definition = intake.methods.get(method);
  if (definition === undefined) throw methodNotFound(method, intake.methods.names());
  if ((definition.kind === "notification") === hasId) {
    throw new RpcError(
      ErrorCode.INVALID_REQUEST,
      `${method} is a ${definition.kind}: send it ${hasId ? "without" : "with"} an id`,
    );
  }
  // The runtime's own few methods get through: a full worker can still be asked to stop.
  if (intake.running.size >= intake.maxRunning && !isReservedMethod(method)) {
    throw overloaded(method, `${intake.maxRunning} calls are being handled`);
  }
  if (!intake.kept.hasRoom(bytes) && !isReservedMethod(method)) {
    throw overloaded(method, `calls of ${intake.kept.total()} bytes are being handled`);
  }
  return definition;
}
