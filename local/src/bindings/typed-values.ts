import { jsonOrText } from "../shared/json-or-text.ts";
import type { TypedData } from "../worker/messages.ts";

/** A value that a function set, as the bytes that are stored. */
export function toBytes(value: TypedData): Buffer {
  if ("bytes" in value) return Buffer.from(value.bytes);
  if ("string" in value) return Buffer.from(value.string);
  if ("json" in value) return Buffer.from(value.json);
  return Buffer.from(JSON.stringify(Object.values(value)[0]));
}

/** The JSON value that a function set; text that is JSON counts as what it says. */
export function toJson(value: TypedData): unknown {
  return jsonOrText(toBytes(value).toString("utf8"));
}

/** A list as its elements, anything else as one. */
export function toItems(value: TypedData): TypedData[] {
  const list: unknown = "json" in value ? JSON.parse(value.json) : undefined;
  if (!Array.isArray(list)) return [value];
  return list.map((item: unknown) => (typeof item === "string" ? { string: item } : { json: JSON.stringify(item) }));
}
