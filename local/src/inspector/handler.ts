import type { WebhookRequest, WebhookResponse, WebhookStream } from "../shared/http-message.ts";
import { RequestProblem } from "./problem.ts";

export type Answer = WebhookResponse | WebhookStream;
/** Answers one address; a {@link RequestProblem} that it throws becomes the answer. */
export type Handler = (request: WebhookRequest) => Promise<Answer>;
/** By method and path, such as `GET api/home`. */
export type Handlers = Readonly<Record<string, Handler>>;

/** Why something was changed, where the person gave no reason. */
export const BY_HAND = "By hand, in the inspector.";

export function present<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw new RequestProblem(404, `Here is no ${what} to be seen.`);
}
