import http from "node:http";
import net from "node:net";
import { AZURITE_SERVICES, type AzuritePorts, LOOPBACK } from "./endpoints.ts";
import { greetingFor } from "./entrance-greeting.ts";
import type { Entrance } from "./running-azurite.ts";

/**
 * Connects to our Azurite through its entrance. The greeting proves that a connection is ours; without it, Azurite would
 * have to read the system's socket table.
 */
export function createEntranceAgent(ports: AzuritePorts, { port, secret }: Entrance): http.Agent {
  const agent = new http.Agent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, onConnect) => {
    const wanted = Number((options as net.TcpNetConnectOpts).port);
    const service = AZURITE_SERVICES.find((it) => ports[it] === wanted);
    if (service === undefined) return connect(options, onConnect);
    // Disables Nagle's algorithm: the request would wait until the greeting is acknowledged.
    const socket = net.connect({ port, host: LOOPBACK, noDelay: true });
    socket.write(greetingFor(service, secret));
    return socket;
  };
  return agent;
}
