import { createSecretKey, type KeyObject } from "node:crypto";

const keys = new WeakMap<Buffer, KeyObject>();

/** The account's key as Node's crypto uses it; Azurite has one buffer for each key. */
export function preparedKey(key: Buffer): KeyObject {
  const prepared = keys.get(key) ?? createSecretKey(key);
  keys.set(key, prepared);
  return prepared;
}

const templates = new Map<string, unknown>();

/** @param template - The path of an operation: there are some forty. */
export function parsedTemplate<Template>(parse: (template: string) => Template, template: string): Template {
  const parsed = (templates.get(template) as Template | undefined) ?? parse(template);
  templates.set(template, parsed);
  return parsed;
}
