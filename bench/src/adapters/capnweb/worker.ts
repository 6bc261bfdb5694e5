import { RpcSession } from "capnweb";
import { type RemoteHost, WorkerApi } from "./api.js";
import { stdioTransport } from "./stdio-transport.js";

const session: RpcSession = new RpcSession(
  stdioTransport(process.stdin, process.stdout),
  new WorkerApi(() => session.getRemoteMain() as unknown as RemoteHost),
);
