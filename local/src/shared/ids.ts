import { randomUUID } from "node:crypto";

/** A GUID in .NET's "N" format: 32 lower-case hex digits, no dashes. */
export function newGuidN(): string {
  return randomUUID().replaceAll("-", "");
}
