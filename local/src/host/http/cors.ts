import type { IncomingMessage, ServerResponse } from "node:http";
import type { Reply } from "./reply.ts";

/** The origins whose pages may call; none unless configured. */
export class CorsPolicy {
  readonly #origins: ReadonlySet<string>;
  readonly #hasCredentials: boolean;

  /** @param origins - Exact origins; `*` allows all, but never together with credentials. */
  constructor(origins: readonly string[], hasCredentials: boolean) {
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
    this.#hasCredentials = hasCredentials && !this.#origins.has("*");
  }

  allows(origin: string): boolean {
    return this.#origins.has("*") || this.#origins.has(origin.toLowerCase());
  }

  /** Adds the headers that let the page read the response. */
  addHeaders(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    if (origin === undefined || !this.allows(origin)) return;
    response.setHeader("access-control-allow-origin", this.#origins.has("*") ? "*" : origin);
    response.setHeader("vary", "Origin");
    if (this.#hasCredentials) response.setHeader("access-control-allow-credentials", "true");
  }

  /** @returns The response to a preflight request of an allowed page; `undefined` for any other request. */
  answerPreflight(request: IncomingMessage): Reply | undefined {
    const { origin } = request.headers;
    const wantedMethod = request.headers["access-control-request-method"];
    if (request.method !== "OPTIONS" || origin === undefined || wantedMethod === undefined) return undefined;
    if (!this.allows(origin)) return undefined;
    const wantedHeaders = request.headers["access-control-request-headers"];
    return {
      status: 204,
      headers: {
        "access-control-allow-methods": wantedMethod,
        ...(wantedHeaders === undefined ? {} : { "access-control-allow-headers": wantedHeaders }),
      },
    };
  }
}
