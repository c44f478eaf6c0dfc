import { isRecord } from "@same-kit/shared";
import type { FailureDetails } from "../history/events.ts";

/**
 * Recognizes the JSON that the SDK puts into an error's message if the app registered an exception properties provider:
 * the protobuf JSON of `TaskFailureDetails`, on the first line. As in the extension, an unknown member or a wrong type
 * makes it an ordinary message.
 *
 * @see Azure/azure-functions-durable-extension, OutOfProcMiddleware.cs
 */
export function parseFailureDetails(message: string): FailureDetails | null {
  if (!message.startsWith("{")) return null;
  const [firstLine = ""] = message.split(/\r?\n/, 1);
  try {
    const value: unknown = JSON.parse(firstLine);
    return hasErrorText(value) ? toFailureDetails(value) : null;
  } catch {
    return null; // Not JSON, or not this message.
  }
}

/** A message like `{}` would parse as an empty TaskFailureDetails; an app that throws it means plain text. */
function hasErrorText(value: unknown): boolean {
  return isRecord(value) && (typeof value["errorType"] === "string" || typeof value["errorMessage"] === "string");
}

function toFailureDetails(value: unknown): FailureDetails {
  if (!isRecord(value)) throw new TypeError("not an object");
  const { errorType, errorMessage, stackTrace, innerFailure, isNonRetriable, properties, ...unknown } = value;
  if (Object.keys(unknown).length > 0) throw new TypeError("unknown members");
  return {
    ErrorType: optional(errorType, isString) ?? "",
    ErrorMessage: optional(errorMessage, isString) ?? "",
    StackTrace: optional(stackTrace, isString),
    InnerFailure: innerFailure === undefined || innerFailure === null ? null : toFailureDetails(innerFailure),
    IsNonRetriable: optional(isNonRetriable, isBoolean) ?? false,
    Properties: optional(properties, isRecord),
  };
}

function optional<T>(value: unknown, isExpected: (value: unknown) => value is T): T | null {
  if (value === undefined || value === null) return null;
  if (!isExpected(value)) throw new TypeError("wrong type");
  return value;
}

const isString = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
