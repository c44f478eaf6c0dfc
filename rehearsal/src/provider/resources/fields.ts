import type { ArmResource } from "../arm-client.ts";
import type { Value, ValueObject } from "../dynamic-value.ts";
import { asObject, isUnknown } from "../dynamic-value.ts";
import type { Body, Field } from "./kind.ts";

/** Builds the ARM body of a planned resource from `fields`; null and unknown values are left out. */
export function writeFields(values: ValueObject, fields: readonly Field[]): Body {
  const body: Body = {};
  for (const [attribute, path] of fields) {
    const value = readAttribute(values, attribute);
    if (value !== null && !isUnknown(value)) setPath(body, path, value);
  }
  return body;
}

/** Reads the attributes of an ARM resource; those that Azure does not return are absent. */
export function readFields(resource: ArmResource, fields: readonly Field[]): ValueObject {
  const values: ValueObject = {};
  for (const [attribute, path] of fields) {
    const value = getPath(resource, path);
    if (value !== undefined) setAttribute(values, attribute, value as Value);
  }
  return values;
}

/** `block.attribute` reads the first (only) element of a nested block. */
export function readAttribute(values: ValueObject, attribute: string): Value {
  const [name, ...rest] = attribute.split(".");
  const value = values[name ?? ""] ?? null;
  if (rest.length === 0) return value;
  return readAttribute(asObject(Array.isArray(value) ? value[0] : value), rest.join("."));
}

function setAttribute(values: ValueObject, attribute: string, value: Value): void {
  const [name = "", ...rest] = attribute.split(".");
  if (rest.length === 0) {
    values[name] = value;
    return;
  }
  const list = values[name];
  const element = asObject(Array.isArray(list) ? list[0] : null);
  setAttribute(element, rest.join("."), value);
  values[name] = [element];
}

function getPath(object: unknown, path: string): unknown {
  let current = object;
  for (const name of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current ?? undefined;
}

function setPath(body: Body, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let current = body;
  for (const name of names) {
    current[name] ??= {};
    current = current[name] as Body;
  }
  current[last] = value;
}

/** Merges `right` into `left`: objects are merged, lists replaced. */
export function mergeBodies(left: Body, right: Body): Body {
  const merged: Body = { ...left };
  for (const [name, value] of Object.entries(right)) {
    const present = merged[name];
    merged[name] = isPlain(present) && isPlain(value) ? mergeBodies(present, value) : value;
  }
  return merged;
}

function isPlain(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
