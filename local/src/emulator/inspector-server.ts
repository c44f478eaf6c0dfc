import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AllowedUsers,
  isSameSecret,
  type Logger,
  readBody,
  refuseCrossSite,
  refuseForeign,
} from "@same-kit/shared";
import { listenOnLoopback, writeReply, writeStream } from "../host/index.ts";
import type { Inspector } from "../inspector/index.ts";

const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
const STOP_GRACE_MS = 500;
const GUARD = { allowedHosts: new Set<string>(), cors: { allows: () => false } };

export type InspectorServer = {
  /** Includes the secret in its path. */
  url: string;
  stop(): Promise<void>;
};

/**
 * Serves an inspector on loopback, behind the checks of a host. The inspected target may require a key, which this
 * process adds. The path therefore contains a secret, so that other programs cannot use the inspector by finding its
 * port.
 *
 * @throws HostError `ERR_PORT_IN_USE`
 */
export async function serveInspector(
  inspector: Inspector,
  { port, allowUsers, log }: { port: number; allowUsers: AllowedUsers | undefined; log: Logger },
): Promise<InspectorServer> {
  const mount = `/${randomBytes(16).toString("base64url")}/`;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    serve(inspector, mount, { request, response }).catch((error: unknown) => {
      log.error("The inspector failed to answer.", { error: String(error) });
      response.destroy();
    });
  };
  const listening = await listenOnLoopback(port, onRequest, { allowUsers, log });
  return {
    url: `http://localhost:${listening.port}${mount}`,
    async stop() {
      inspector.close();
      await listening.close(STOP_GRACE_MS);
    },
  };
}

type Exchange = { request: IncomingMessage; response: ServerResponse };

async function serve(inspector: Inspector, mount: string, { request, response }: Exchange): Promise<void> {
  const refusal = refuseForeign(request, GUARD) ?? refuseCrossSite(request, true);
  const url = ownUrl(request);
  if (refusal !== undefined || url === undefined || !isSameSecret(url.pathname.slice(0, mount.length), mount)) {
    return refuse(response, refusal ?? 404);
  }
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body === "tooLarge") return refuse(response, 413);
  const call = { method: request.method ?? "GET", url, headers: textHeaders(request), body };
  const answer = await inspector.answer(call, url.pathname.slice(mount.length));
  if ("stream" in answer) await writeStream(response, answer, {});
  else writeReply(response, answer, {});
}

/** Unread parts of the body would be parsed as the next request. */
function refuse(response: ServerResponse, status: number): void {
  response.setHeader("connection", "close");
  writeReply(response, { status }, {});
}

function ownUrl({ url = "", headers: { host = "" } }: IncomingMessage): URL | undefined {
  return url.startsWith("/") && URL.canParse(`http://${host}${url}`) ? new URL(`http://${host}${url}`) : undefined;
}

function textHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? "")]));
}
