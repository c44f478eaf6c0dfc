import { OperationError } from "@same-kit/shared";
import type * as z from "zod/mini";
import type { ToolkitErrorCode } from "../../errors.ts";

/** @param what - What was expected, for the message. @throws OperationError `ERR_APP_ANSWER` */
export function parseAnswer<Value>(type: z.ZodMiniType<Value>, text: string, url: string, what: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrongAnswer(url, `expected ${what}, but it is not valid JSON`);
  }
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrongAnswer(url, `expected ${what}, but its ${parsed.error.issues[0]?.path.join(".") || "value"} is invalid`);
}

export function wrongAnswer(url: string, why: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_APP_ANSWER",
    message: `The response of ${url} violates the contract: ${why}.`,
    hint: "Check that the address belongs to a same-kit app of this version.",
  });
}
