import { reasonOf } from "@same-kit/shared";
import type { WebhookResponse } from "../shared/http-message.ts";

const JSON_TYPE = "application/json; charset=utf-8";
/** Names the next page, in a request and in the answer; empty on the last page. */
export const CONTINUATION_HEADER = "x-ms-continuation-token";

/** A status with an empty body. */
export function empty(status: number): WebhookResponse {
  return { status };
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): WebhookResponse {
  return { status, headers: { "content-type": JSON_TYPE, ...headers }, body: JSON.stringify(value) };
}

/** An error in the extension's short format. */
export function problem(status: number, message: string): WebhookResponse {
  return json(status, { Message: message });
}

/** An error in the extension's long format, which names the .NET exception that clients of Azure would see. */
export function exceptionProblem(
  status: number,
  message: string,
  exception: { type: string; message: string },
): WebhookResponse {
  return json(status, {
    Message: message,
    ExceptionMessage: exception.message,
    ExceptionType: exception.type,
    StackTrace: null,
  });
}

const GENERIC_MESSAGE = "Something went wrong while processing your request";

/**
 * The extension's response to an operation that the instance's state does not permit: 500 with .NET's
 * InvalidOperationException.
 */
export function invalidOperation(message: string): WebhookResponse {
  return exceptionProblem(500, GENERIC_MESSAGE, { type: "System.InvalidOperationException", message });
}

/** The extension's response to any other error: 500 with a .NET exception. */
export function unexpected(error: unknown): WebhookResponse {
  const message = reasonOf(error);
  return exceptionProblem(500, GENERIC_MESSAGE, { type: "System.Exception", message });
}

export function invalidJson(error: unknown): WebhookResponse {
  const message = reasonOf(error);
  return exceptionProblem(400, "Invalid JSON content", { type: "Newtonsoft.Json.JsonReaderException", message });
}
