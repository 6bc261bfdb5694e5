import { createHmac, randomUUID } from "node:crypto";
import type { HttpBody } from "@outrigger/protocol";
import { SECRET } from "../docs-host.js";
import { check, type Stage, TENANT } from "../stage.js";

/** A push to a forge, as it would come in from outside: signed with a secret that the host lends the worker. */
export async function pushHook({ output, worker, signal, answers }: Stage): Promise<void> {
  output.step("Webhook: a signed push refreshes one file");
  const [first] = [...answers.values()].flatMap(({ hits }) => hits);
  check(first, "a file that was found before");
  const text = JSON.stringify({ commits: [{ modified: [first.file] }] });
  const deliver = (secret: string) =>
    worker.request(
      "handleWebhook",
      {
        endpoint: "push",
        requestId: randomUUID(),
        tenant: TENANT,
        headers: { "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(text).digest("hex")}` },
        body: { text },
      },
      { signal },
    );
  const good = await deliver(SECRET.value);
  output.line(`signed by the forge: ${good.status} ${textOf(good.body)}`);
  const forged = await deliver("a guess");
  output.line(`signed by a guess:   ${forged.status}`);
  check(good.status === 200 && forged.status === 401, "200 for the forge and 401 for the guess");
  output.good("the worker got the secret from the host, and only for this");
}

const textOf = (body: HttpBody | undefined): string => (body && "text" in body ? body.text : "");
