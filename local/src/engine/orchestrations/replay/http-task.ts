// `callHttp`: a built-in activity and, as long as the response is 202 with a URL to poll, a timer and another call. The
// SDK assigns the numbers of both when the 202 arrives, so they are assigned at the same point here: durable-functions
// 3.5, lib/src/task/CallHttpWithPollingTask.js.

import { isRecord } from "@same-kit/shared";
import { HTTP_ACTIVITY } from "../../history/http-activity-name.ts";
import { parseJson } from "../../messages/entity-messages.ts";
import type { HttpAction, HttpRequest } from "./action.ts";
import { CompoundTask, LeafTask, type ReplayTask, type TaskEnvironment } from "./replay-task.ts";

const ACCEPTED = 202;
// Meant for the first URL only.
const NOT_PASSED_ON = new Set(["x-functions-key"]);
const NOT_PASSED_TO_OTHERS = new Set(["authorization", "cookie"]);

/** One `callHttp`, including its polling. Settles with the first response that does not ask for another poll. */
export class HttpTask extends CompoundTask {
  readonly #action: HttpAction;
  readonly #environment: TaskEnvironment;
  readonly #defaultPauseMs: number;
  /** The call that follows after a timer. */
  #next: LeafTask | null = null;
  #request: HttpRequest;

  constructor(action: HttpAction, environment: TaskEnvironment, defaultPauseMs: number) {
    super([toLeaf(action.request, action)]);
    this.#action = action;
    this.#environment = environment;
    this.#defaultPauseMs = defaultPauseMs;
    this.#request = action.request;
  }

  override childSettled(child: ReplayTask): void {
    if (this.#next !== null && child !== this.#next) {
      this.#environment.release(this.#next);
      this.#next = null;
    } else if (child.state === "failed") {
      this.settle("failed", child.failure);
    } else {
      this.#look(child instanceof LeafTask ? child.result : null);
    }
  }

  #look(result: string | null): void {
    const location = this.#action.polls ? pollUrl(result, this.#request.uri) : null;
    if (location === null) {
      this.settle("completed");
      return;
    }
    const firesMs = Math.min(this.#environment.clockMs() + this.#pauseMs(result), LAST_DATE_MS);
    const fireAt = new Date(firesMs).toISOString();
    const timer = new LeafTask({ kind: "timer", fireAt, isCanceled: false });
    this.#request = poll(this.#action.request, location);
    const next = toLeaf(this.#request, this.#action, location);
    this.children.push(timer, next);
    this.adopt([timer, next]);
    this.#next = next;
    this.#environment.track(timer);
    this.#environment.reserve(next);
  }

  #pauseMs(result: string | null): number {
    const retryAfter = header(result, "retry-after");
    // Whole seconds; the SDK does not wait for any other value.
    return retryAfter === null ? this.#defaultPauseMs : (Number(retryAfter) || 0) * 1000;
  }
}

function toLeaf(request: HttpRequest, { tag }: HttpAction, pollsAt?: string): LeafTask {
  const action = { kind: "activity" as const, tag, name: HTTP_ACTIVITY, input: request, retry: null };
  const isPoll = pollsAt !== undefined;
  return new LeafTask({ kind: "activity", action: { ...action, ...(isPoll && { pollsAt }) }, knownFailure: null });
}

/** 9999-12-31T23:59:59.999Z: the storage has no later date, and the server may send any number of seconds. */
const LAST_DATE_MS = 253_402_300_799_999;

/** The URL to poll after an accepted request; null if the response is final. */
function pollUrl(result: string | null, requestUri: string): string | null {
  const answer = parseJson(result ?? "");
  if (!isRecord(answer) || answer["statusCode"] !== ACCEPTED) return null;
  const location = header(result, "location");
  return location !== null && URL.canParse(location, requestUri) ? new URL(location, requestUri).href : null;
}

function header(result: string | null, name: string): string | null {
  const answer = parseJson(result ?? "");
  const headers = isRecord(answer) && isRecord(answer["headers"]) ? answer["headers"] : {};
  const value = Object.entries(headers).find(([it]) => it.toLowerCase() === name)?.[1];
  return Array.isArray(value) ? String(value[0]) : typeof value === "string" ? value : null;
}

function poll(first: HttpRequest, uri: string): HttpRequest {
  const isSameOrigin = URL.canParse(first.uri) && new URL(first.uri).origin === new URL(uri).origin;
  const headers = Object.entries(first.headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase();
    return !NOT_PASSED_ON.has(lower) && (isSameOrigin || !NOT_PASSED_TO_OTHERS.has(lower));
  });
  const { content: _, ...rest } = first;
  return { ...rest, method: "GET", uri, headers: Object.fromEntries(headers) };
}
