import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Compares two secrets in constant time: the duration reveals neither how far the texts match nor how long they are.
 */
export function isSameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
