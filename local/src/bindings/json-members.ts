import { isRecord } from "@same-kit/shared";
import type { TypedData } from "../worker/messages.ts";

/**
 * The members of a JSON object as trigger metadata, passed on as by Azure's host (`Utility.ApplyBindingData`); empty
 * for any other text.
 */
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
