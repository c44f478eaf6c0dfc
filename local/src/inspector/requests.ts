// Validates what a page sends: a shape that the page never sends is answered with 400.

import { isRecord, parseSentJson, reasonOf } from "@same-kit/shared";
import type { WebhookRequest } from "../shared/http-message.ts";
import type { ActionBody, PurgeBody, StartBody } from "./api.ts";
import { RequestProblem } from "./problem.ts";

/** A required query parameter. */
export function required({ url }: WebhookRequest, name: string): string {
  const value = url.searchParams.get(name) ?? "";
  if (value === "") throw new RequestProblem(400, `The query lacks "${name}".`);
  return value;
}

export function actionBody(request: WebhookRequest): ActionBody {
  const { reason, event, data, sameId } = objectIn(request);
  return {
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof event === "string" ? { event } : {}),
    ...(data === undefined ? {} : { data }),
    ...(typeof sameId === "boolean" ? { sameId } : {}),
  };
}

export function startBody(request: WebhookRequest): StartBody {
  const { id, input } = objectIn(request);
  return { ...(typeof id === "string" && id !== "" ? { id } : {}), ...(input === undefined ? {} : { input }) };
}

export function purgeBody(request: WebhookRequest): PurgeBody {
  const { ids } = objectIn(request);
  if (!Array.isArray(ids) || !ids.every((it) => typeof it === "string")) {
    throw new RequestProblem(400, 'The body is { "ids": [ID, …] }.');
  }
  return { ids };
}

function objectIn({ body }: WebhookRequest): Record<string, unknown> {
  let value: unknown;
  try {
    value = body.length === 0 ? {} : parseSentJson(body);
  } catch (error) {
    throw new RequestProblem(400, `The body is not a JSON object: ${reasonOf(error)}.`);
  }
  if (isRecord(value)) return value;
  throw new RequestProblem(400, "The body is not a JSON object.");
}
