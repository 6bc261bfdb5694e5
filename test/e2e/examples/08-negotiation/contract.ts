import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

const greet = request({ params: z.object({ name: z.string() }), result: z.string() });
const part = request({ params: z.object({ name: z.string() }), result: z.string(), optional: true });

export const greeter = defineContract({ name: "docs.greeter", version: 1, hostToWorker: { greet, part } });
/** What a host is built against a year later. */
export const nextGreeter = defineContract({ name: "docs.greeter", version: 2, hostToWorker: { greet } });
