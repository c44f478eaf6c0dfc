import type { TypedData } from "../worker/messages.ts";

/** What a function returned, as a value. */
export function toReturnedValue(data: TypedData | undefined): unknown {
  if (data === undefined) return undefined;
  if ("json" in data) return JSON.parse(data.json);
  if ("collectionString" in data) return data.collectionString.string;
  return Object.values(data)[0];
}
