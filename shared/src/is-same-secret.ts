import { createHash, timingSafeEqual } from "node:crypto";

/** Compares without telling by the time it takes how far two texts agree, or how long either is. */
export function isSameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
