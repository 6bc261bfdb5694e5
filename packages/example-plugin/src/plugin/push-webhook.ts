import { createHmac, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { HttpAnswer, HttpBody } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";
import type { DocsContext } from "./docs-context.js";
import type { Settings } from "./settings.js";
import type { TenantLibraries } from "./tenant-libraries.js";

/** The endpoint's key. */
const PUSH = "push";

const names = z.array(z.string().min(1).max(4096)).max(3000).default([]);
/** The part of a push that GitHub, Gitea and Forgejo have in common and that matters here. */
const push = z.object({
  commits: z.array(z.object({ added: names, modified: names, removed: names })).max(2048),
});

interface Delivery {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
}

/** A forge says which files a push changed, and signs it with a secret that only it and the host know. */
export const pushWebhook =
  (libraries: TenantLibraries, settings: () => Settings) =>
  async ({ endpoint, headers, body }: Delivery, context: DocsContext): Promise<HttpAnswer> => {
    if (endpoint !== PUSH) return answer(404, `there is no endpoint ${endpoint}; expected ${PUSH}`);
    const { webhookSecret } = settings();
    if (webhookSecret === undefined) return answer(403, "closed: the config names no webhookSecret");
    const raw = bytesOf(body);
    const secret = await context.host.request("secrets.resolve", { ref: webhookSecret });
    if (!isSigned(raw, secret, headers["x-hub-signature-256"])) {
      return answer(401, "expected x-hub-signature-256: sha256=<HMAC of the body with the webhook's secret>");
    }
    const parsed = push.safeParse(jsonOf(raw));
    if (!parsed.success) return answer(400, z.prettifyError(parsed.error));

    const changed = new Set(
      parsed.data.commits.flatMap(({ added, modified, removed }) => [...added, ...modified, ...removed]),
    );
    const library = await libraries.open(context);
    let refreshed = 0;
    for (const folder of library.folders) {
      for (const name of changed) {
        context.signal.throwIfAborted();
        if ((await library.refreshFile(join(folder, name))) !== "ignored") refreshed++;
      }
    }
    return answer(200, `${refreshed} of ${changed.size} files refreshed`);
  };

/** Compares without telling by its time how much of the signature was right. */
function isSigned(raw: Buffer, secret: string, signature = ""): boolean {
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(raw).digest("hex")}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function bytesOf(body: HttpBody | undefined): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return "text" in body ? Buffer.from(body.text) : Buffer.from(body.base64, "base64");
}

function jsonOf(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString());
  } catch {
    return undefined;
  }
}

function answer(status: number, text: string): HttpAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: { text } };
}
