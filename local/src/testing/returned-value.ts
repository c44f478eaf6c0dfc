import type { TypedData } from "../worker/messages.ts";

/** The return value of a function, decoded. */
export function toReturnedValue(data: TypedData | undefined): unknown {
  if (data === undefined) return undefined;
  if ("json" in data) return JSON.parse(data.json);
  if ("collectionString" in data) return data.collectionString.string;
  return Object.values(data)[0];
}
