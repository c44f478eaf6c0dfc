import { reasonOf } from "@same-kit/shared";
import type { WebhookHandler } from "../shared/http-message.ts";
import { RequestProblem } from "./problem.ts";

type RemoteApp = {
  /** `https://name.azurewebsites.net`, without a trailing slash. */
  url: string;
  /**
   * The extension's system key; null if none is required. It never leaves this process except in requests to the app.
   */
  managementKey: string | null;
  fetch: typeof globalThis.fetch;
  signal: AbortSignal;
};

/** Longer than an app in Azure takes to start. */
const TIMEOUT_MS = 60_000;

/** The management API of an app that runs elsewhere. */
export function remoteManagement({ url, managementKey, fetch, signal }: RemoteApp): WebhookHandler {
  return async (request) => {
    const target = `${url}${request.url.pathname}${request.url.search}`;
    const headers = {
      ...request.headers,
      // Sent as a header, because URLs are logged.
      ...(managementKey === null ? {} : { "x-functions-key": managementKey }),
    };
    try {
      const answer = await fetch(target, {
        method: request.method,
        headers,
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        ...(request.body.length === 0 ? {} : { body: new Uint8Array(request.body) }),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
    } catch (error) {
      throw new RequestProblem(502, `${url} does not answer: ${reasonOf(error)}.`);
    }
  };
}
