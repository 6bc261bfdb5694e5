import { ErrorCode, isRpcError } from "@outrigger/protocol";
import { stats } from "../../contract.js";
import { check, failureOf, type Stage, TENANT } from "../stage.js";

/** A call of the worker back to the host: it may touch what the call it serves may touch, and no more. */
export async function nestedCall({ output, worker, services, signal }: Stage): Promise<void> {
  output.step("A nested call: the worker asks the host, in the scope of the call it serves");
  services.forgetCalls();
  const mine = stats.parse(await worker.request("getData", { key: "stats", actor: { tenant: TENANT } }, { signal }));
  const nested = services.calls.find(({ method }) => method === "state.get");
  check(nested, "a nested state.get");
  output.line(`host -> worker  getData    ${JSON.stringify({ key: "stats", actor: { tenant: TENANT } })}`);
  output.line(`worker -> host  state.get  ${JSON.stringify(nested.params)}`);
  output.line(`                scope ${JSON.stringify(nested.scope)}, invocation ${nested.invocationId}`);
  check(JSON.stringify(nested.scope) === JSON.stringify({ tenant: TENANT }), `the scope of ${TENANT}`);
  check(mine.lastIndexedAt !== null && mine.files > 0, "the time of the last indexing, from the host's state");

  const other = await worker.request("getData", { key: "stats" }, { signal, scope: { tenant: "somebody-else" } });
  check(stats.parse(other).files === 0, "nothing of it for another tenant");
  output.line(`another tenant sees ${stats.parse(other).files} of the ${mine.files} files`);

  const refused = await failureOf(
    worker.request("getData", { key: "stats" }, { signal }),
    "a call without scope to fail",
  );
  check(isRpcError(refused) && refused.code === ErrorCode.INVOCATION_SCOPE_DENIED, "INVOCATION_SCOPE_DENIED");
  output.line(`without a scope: ${refused.codeName}`);
  output.good("authority came with the call");
}
