import type { RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type RequestGuard, refuseForeign } from "@same-kit/shared";
import { DEVELOPMENT_ACCOUNT, PUBLIC_DEVELOPMENT_KEY } from "../../shared/development-account.ts";
import type { AzuriteService } from "../endpoints.ts";
import type { AzuriteServer } from "./azurite-server.ts";

const REFUSALS = {
  403: "Pages of another origin may not use this storage, unless a CORS rule of the service allows it.",
  421: "This storage is served on localhost, 127.0.0.1 and [::1] only.",
};

/**
 * Applies the checks of our HTTP front to a service: requests from a web page whose host name resolves to this machine,
 * or from another origin, are refused whatever their signature.
 *
 * @returns A function that takes over a connection from the entrance, whose user is known. Call `guardService` before
 * `refuseOtherUsers`.
 */
export function guardService(server: AzuriteServer, service: AzuriteService): (socket: Socket) => void {
  const { httpServer } = server;
  const guard: RequestGuard = {
    allowedHosts: new Set([`${DEVELOPMENT_ACCOUNT}.${service}.localhost`]),
    cors: { allows: (origin) => corsOriginsOf(server).some((allowed) => matches(origin, allowed)) },
  };
  const [serve] = httpServer.listeners("request") as [RequestListener];
  const takeOver = httpServer.listeners("connection");
  let servePublic: RequestListener | undefined;
  const admitted = new WeakSet<Socket>();
  httpServer.removeAllListeners("request");
  httpServer.on("request", (request, response) => {
    if (admitted.has(request.socket)) {
      servePublic ??= listenerForPublicKey(server);
      return servePublic(request, response);
    }
    const status = refuseForeign(request, guard);
    return status === undefined ? serve(request, response) : refuse(response, status);
  });
  return (socket) => {
    admitted.add(socket);
    for (const handler of takeOver) Reflect.apply(handler, httpServer, [socket]);
  };
}

/**
 * A listener for the same service on the same data that accepts requests signed with the public key as well as with
 * ours.
 */
function listenerForPublicKey({ requestListenerFactory, accountDataStore }: AzuriteServer): RequestListener {
  const accounts = {
    getAccount(name: string) {
      const account = accountDataStore.getAccount(name);
      return account && { ...account, key2: Buffer.from(PUBLIC_DEVELOPMENT_KEY, "base64") };
    },
  };
  return Object.assign(Object.create(requestListenerFactory), { accountDataStore: accounts }).createRequestListener();
}

function refuse(response: ServerResponse, status: keyof typeof REFUSALS): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(`${REFUSALS[status]}\n`);
}

/** The allowed origins of the CORS rules that the app, or a tool, set on the service. */
function corsOriginsOf({ metadataStore }: AzuriteServer): string[] {
  const properties = metadataStore.db.getCollection("$SERVICES_COLLECTION$")?.by("accountName", DEVELOPMENT_ACCOUNT);
  return (properties?.cors ?? []).flatMap(({ allowedOrigins }) => allowedOrigins.split(","));
}

/** `*` matches any text, by itself or within a name. */
function matches(origin: string, allowed: string): boolean {
  const parts = allowed.trim().split("*");
  const escaped = parts.map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "i").test(origin);
}
