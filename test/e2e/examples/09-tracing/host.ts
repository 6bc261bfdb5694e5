import { subscribe, tracingChannel } from "node:diagnostics_channel";
import { createHost, WORKER_CHANNELS } from "@outrigger/host";
import { CALL_CHANNEL, type CallMessage } from "@outrigger/protocol";
import { mailer } from "./contract.js";

// Each call of this process, and each worker that becomes ready, whichever part of the program has to do with them.
tracingChannel(CALL_CHANNEL).asyncEnd.subscribe((message) => {
  const { method, workerId, error } = message as CallMessage;
  console.log(`${method} of ${workerId}: ${error === undefined ? "went well" : error}`);
});
subscribe(WORKER_CHANNELS.ready, (message) => console.log("ready:", (message as { workerId: string }).workerId));

await using host = createHost(mailer, {
  handlers: {
    "smtp.deliver": ({ to }, { traceparent }) => {
      console.log(`delivering to ${to} in ${traceparent}`);
      return null;
    },
  },
});
const worker = await host.start("mailer", { entry: new URL("./plugin.js", import.meta.url) });

// As a web server got it in the headers of a request.
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
await worker.request("send", { to: "ada@example.org" }, { traceparent });
await worker.request("send", { to: "bob@example.org" });

const { calls, served } = worker.diagnostics().methods;
console.log(calls.send?.count, "sent,", served["smtp.deliver"]?.count, "delivered, with errors:", calls.send?.errors);
console.log(Object.keys(calls.send?.ms ?? {}).join(" "));
