import { jsonOrText } from "../shared/json-or-text.ts";
import type { TypedData } from "../worker/messages.ts";

/** Converts a value that a function set to the bytes to store. */
export function toBytes(value: TypedData): Buffer {
  if ("bytes" in value) return Buffer.from(value.bytes);
  if ("string" in value) return Buffer.from(value.string);
  if ("json" in value) return Buffer.from(value.json);
  return Buffer.from(JSON.stringify(Object.values(value)[0]));
}

/** Converts a value that a function set to JSON; text that is valid JSON is parsed. */
export function toJson(value: TypedData): unknown {
  return jsonOrText(toBytes(value).toString("utf8"));
}

/** The elements of a list, or a single value as the only element. */
export function toItems(value: TypedData): TypedData[] {
  const list: unknown = "json" in value ? JSON.parse(value.json) : undefined;
  if (!Array.isArray(list)) return [value];
  return list.map((item: unknown) => (typeof item === "string" ? { string: item } : { json: JSON.stringify(item) }));
}
