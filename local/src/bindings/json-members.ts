import { isRecord } from "@same-kit/shared";
import type { TypedData } from "../worker/messages.ts";

/** The members of a JSON object as trigger metadata, as Azure's host passes them on (`Utility.ApplyBindingData`); else nothing. */
export function jsonMembers(text: string): Record<string, TypedData> {
  if (!text.trimStart().startsWith("{")) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return {};
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        typeof member === "string" ? { string: member } : { json: JSON.stringify(member) },
      ]),
    );
  } catch {
    return {};
  }
}
