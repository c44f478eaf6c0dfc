import { reasonOf } from "@same-kit/shared";

/** `fetch` itself only reports that it failed; the reason is in the error's cause. */
export function connectionReason(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === "string" ? code : reasonOf(cause);
}
