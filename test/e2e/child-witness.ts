import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** Sees a process live and die that is nobody's to wait for: by its connection, which the system closes with it. */
export async function childWitness() {
  const server = createServer().listen(0, "127.0.0.1");
  const connected = once(server, "connection") as Promise<[Socket]>;
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    lives: connected.then(() => true),
    /** Resolves when it is gone. */
    async gone(): Promise<void> {
      const [socket] = await connected;
      server.close();
      socket.resume().on("error", () => {});
      if (!socket.closed) await once(socket, "close");
    },
  };
}
