import http from "node:http";
import net from "node:net";
import { AZURITE_SERVICES, type AzuritePorts, LOOPBACK } from "./endpoints.ts";
import { greetingFor } from "./entrance-greeting.ts";
import type { Entrance } from "./running-azurite.ts";

/**
 * Connects to an Azurite of ours by its entrance: the greeting proves in a line that a connection is ours, for which Azurite would
 * otherwise read the system's table of sockets.
 */
export function createEntranceAgent(ports: AzuritePorts, { port, secret }: Entrance): http.Agent {
  const agent = new http.Agent({ keepAlive: true });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, onConnect) => {
    const wanted = Number((options as net.TcpNetConnectOpts).port);
    const service = AZURITE_SERVICES.find((it) => ports[it] === wanted);
    if (service === undefined) return connect(options, onConnect);
    // Without a delay: what follows the greeting would wait for its receipt.
    const socket = net.connect({ port, host: LOOPBACK, noDelay: true });
    socket.write(greetingFor(service, secret));
    return socket;
  };
  return agent;
}
