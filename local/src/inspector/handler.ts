import type { WebhookRequest, WebhookResponse, WebhookStream } from "../shared/http-message.ts";
import { RequestProblem } from "./problem.ts";

export type Answer = WebhookResponse | WebhookStream;
/** Answers one path; a thrown {@link RequestProblem} becomes the response. */
export type Handler = (request: WebhookRequest) => Promise<Answer>;
/** Handlers by method and path, such as `GET api/home`. */
export type Handlers = Readonly<Record<string, Handler>>;

/** The reason recorded for a change if the user gave none. */
export const BY_HAND = "Manually, in the inspector.";

/** Returns `value`, or fails the request with 404 if the inspected target has no such part. */
export function present<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new RequestProblem(404, `There is no ${what} here.`);
}
