import { reasonOf } from "@same-kit/shared";

/** `fetch` itself says only that it failed; its cause has the reason. */
export function connectionReason(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === "string" ? code : reasonOf(cause);
}
