import { linkedTransports } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { plain } from "../test/contracts/plain.js";
import { isDictionary } from "../test/support/dictionary.js";
import { definePlugin } from "./define-plugin.js";
import { createSession } from "./session.js";

test("the session that every call passes is no dictionary for V8", () => {
  const plugin = definePlugin(plain, { run: () => null, tell: () => {} } as never);
  // The second time V8 has seen the literal.
  for (const seen of [false, true]) {
    const [, transport] = linkedTransports();
    const session = createSession({ plugin, transport, stderr: () => {}, onEnded: () => {} });
    expect(isDictionary(session), `${seen}`).toBe(false);
    transport.close();
  }
});
