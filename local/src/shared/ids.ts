import { randomUUID } from "node:crypto";

/** A GUID as .NET's "N" format writes it: 32 lower-case hex digits, no dashes. */
export function newGuidN(): string {
  return randomUUID().replaceAll("-", "");
}
