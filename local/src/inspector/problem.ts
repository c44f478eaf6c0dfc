import type { WebhookResponse } from "../shared/http-message.ts";
import type { Problem } from "./api.ts";

/** Becomes the response to a request, with a message for the user of the page. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.name = "RequestProblem";
    this.status = status;
    this.hint = hint;
  }
}

export function problemAnswer({ status, message, hint }: RequestProblem): WebhookResponse {
  const problem: Problem = { error: message, ...(hint === undefined ? {} : { hint }) };
  return jsonAnswer(problem, status);
}

export function jsonAnswer(value: unknown, status = 200): WebhookResponse {
  const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers, body: JSON.stringify(value) };
}
