import { isRecord, OperationError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../../errors.ts";

/** The error for an answer that is not a success. */
export async function refusal(answer: Response, url: string): Promise<OperationError<ToolkitErrorCode>> {
  const text = await answer.text();
  switch (answer.status) {
    case 401:
      return new OperationError({
        code: "ERR_APP_UNAUTHORIZED",
        message: `${url} requires the key of its management API.`,
        hint: "Specify the system key durabletask_extension with --management-key, or in SAME_KIT_MANAGEMENT_KEY.",
      });
    case 404:
      return managementError("ERR_RUN_UNKNOWN", sentenceIn(text) ?? "There is no such instance.");
    case 410:
      return managementError("ERR_APP_REFUSED", "The instance has ended.");
    default:
      return managementError("ERR_APP_REFUSED", sentenceIn(text) ?? `${url} answered ${answer.status}.`);
  }
}

export function managementError(code: ToolkitErrorCode, message: string): OperationError<ToolkitErrorCode> {
  return new OperationError({ code, message });
}

/** Errors are a JSON string, or an object with a message. */
function sentenceIn(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return value;
    if (!isRecord(value)) return null;
    const { ExceptionMessage, Message } = value;
    return [ExceptionMessage, Message].find((it) => typeof it === "string") ?? null;
  } catch {
    return null;
  }
}
