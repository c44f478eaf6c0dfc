// Helpers for interceptions: which requests they match, and how to send the server a different request.
import type { Answer, MiniRequest } from "../http/answer.ts";
import type { Interception, Server } from "./drill.ts";

type PlainAnswer = Exclude<Answer, { kind: "hang-up" }>;

/** @param method - `*` for any. */
export function on(server: Server, method: string, path: RegExp, answer: Interception["answer"]): Interception {
  const match = (request: MiniRequest) =>
    (method === "*" || method === request.method) && path.test(request.url.pathname);
  return { server, match, answer };
}

/** A copy of the caller's request with another method, path and body. */
export function askFor(request: MiniRequest, method: string, path: string, body?: object): MiniRequest {
  const url = new URL(request.url);
  url.pathname = path;
  return { ...request, method, url, body: Buffer.from(body === undefined ? "" : JSON.stringify(body)) };
}

/** Whether it is a response with a status below 300, rather than a hang-up or an error. */
export function isOk(answer: Answer): answer is PlainAnswer {
  return !("kind" in answer) && answer.status < 300;
}

/** A copy of the response with its JSON body changed. */
export function withBody(answer: PlainAnswer, change: (body: Record<string, unknown>) => object): PlainAnswer {
  const { body = {} } = answer;
  const parsed = typeof body === "string" || Buffer.isBuffer(body) ? JSON.parse(String(body)) : body;
  return { ...answer, body: change(parsed as Record<string, unknown>) };
}

export function lastSegment({ url }: MiniRequest): string {
  return url.pathname.split("/").at(-1) ?? "";
}
