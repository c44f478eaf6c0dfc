import net from "node:net";
import { type PeerPolicy, refuseOtherUsers } from "@same-kit/shared";

/**
 * Runs `action` with every `listen()` call without an address bound to 127.0.0.1: the streaming mode of
 * `@azure/functions` opens an HTTP server that way, which would expose the app's handlers to the whole network. Of this
 * machine's users, only the host's may connect.
 */
export async function bindToLoopback<Result>(
  action: () => Promise<Result> | Result,
  log: PeerPolicy["log"],
): Promise<Result> {
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function listenOnLoopback(this: net.Server, ...args: unknown[]) {
    const onListening = args.find((arg) => typeof arg === "function") as (() => void) | undefined;
    const [first, second] = args;
    const namesAddress = typeof first === "object" || typeof second === "string" || typeof first === "string";
    if (namesAddress) return Reflect.apply(listen, this, args);
    refuseOtherUsers(this, { log });
    const port = typeof first === "number" ? first : 0;
    return Reflect.apply(listen, this, [{ port, host: "127.0.0.1" }, onListening]);
  } as typeof listen;
  try {
    return await action();
  } finally {
    net.Server.prototype.listen = listen;
  }
}
