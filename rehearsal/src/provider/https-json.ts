import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";

export type HttpsAnswer = { status: number; headers: IncomingHttpHeaders; text: string };

type HttpsRequest = {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Certificate authorities to trust, as PEM; absent means the system's. */
  ca?: string;
  signal?: AbortSignal;
};

const agent = new Agent({ keepAlive: true });

/** Sends one HTTPS request and reads the whole response. Node's `fetch` has no option for a trusted certificate. */
export function sendHttps({ method, url, headers = {}, body, ca, signal }: HttpsRequest): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent, ca, signal }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
