// An app's code may name the machine's storage emulator itself:
// `BlobServiceClient.fromConnectionString("UseDevelopmentStorage=true")`, or the published connection string. Clients
// turn that into 127.0.0.1:10000 to 10002 and sign with the public key. Our emulator listens elsewhere and has its own
// key, so connections to those ports are redirected to it, below all HTTP clients. This works for Azure's SDKs,
// `fetch`, undici and any other client alike, and needs no knowledge of their signatures. Connections to our emulator's own ports
// are redirected too: after a greeting, Azurite need not look up which user connects.

import net from "node:net";
import { DEVELOPMENT_PORTS, type ServicePorts } from "../../shared/development-account.ts";
import { type DevelopmentRoutes, ROUTES_VARIABLE } from "../development-routes.ts";

type Service = keyof typeof DEVELOPMENT_PORTS;
type Target = { port?: unknown; host?: unknown; path?: unknown };

const SERVICES = Object.keys(DEVELOPMENT_PORTS) as Service[];

/** Does nothing if the host named no emulator. */
export function redirectToDevelopmentStorage(env: NodeJS.ProcessEnv): void {
  const text = env[ROUTES_VARIABLE];
  if (text === undefined) return;
  const { ports, entrance } = JSON.parse(text) as DevelopmentRoutes;
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function connectToDevelopmentStorage(this: net.Socket, ...args: unknown[]) {
    const { target, onConnect } = readArguments(args);
    const service = serviceAt(target, entrance === undefined ? [DEVELOPMENT_PORTS] : [DEVELOPMENT_PORTS, ports]);
    if (service === undefined) return Reflect.apply(connect, this, args);
    const port = entrance?.port ?? ports[service];
    Reflect.apply(connect, this, [{ ...target, host: "127.0.0.1", port }, onConnect]);
    // Written before everything that the client sends. The format is defined in azurite/entrance-greeting.ts.
    if (entrance !== undefined) this.write(`same-kit ${service} ${entrance.secret}\n`);
    return this;
  } as typeof connect;
}

/**
 * Node.js passes a single array of already parsed arguments; other callers pass options, or a port and perhaps a host.
 */
function readArguments(args: readonly unknown[]): { target: Target; onConnect: unknown } {
  const given = (Array.isArray(args[0]) ? args[0] : args) as readonly unknown[];
  const [first, second] = given;
  const onConnect = given.find((it) => typeof it === "function");
  if (typeof first === "object" && first !== null) return { target: first, onConnect };
  return { target: { port: first, ...(typeof second === "string" ? { host: second } : {}) }, onConnect };
}

function serviceAt({ port, host = "localhost", path }: Target, known: readonly ServicePorts[]): Service | undefined {
  const isHere = host === "localhost" || host === "127.0.0.1" || host === "::1" || String(host).endsWith(".localhost");
  // A path means a Unix domain socket.
  if (!isHere || typeof path === "string") return undefined;
  return SERVICES.find((service) => known.some((ports) => ports[service] === Number(port)));
}
