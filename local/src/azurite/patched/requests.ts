import { createSecretKey, type KeyObject } from "node:crypto";

const keys = new WeakMap<Buffer, KeyObject>();

/** The account key as a `KeyObject`, cached: Azurite keeps one buffer per key. */
export function preparedKey(key: Buffer): KeyObject {
  const prepared = keys.get(key) ?? createSecretKey(key);
  keys.set(key, prepared);
  return prepared;
}

const templates = new Map<string, unknown>();

/**
 * Caches parsed path templates.
 *
 * @param template - Path template of an operation; there are about forty.
 */
export function parsedTemplate<Template>(parse: (template: string) => Template, template: string): Template {
  const parsed = (templates.get(template) as Template | undefined) ?? parse(template);
  templates.set(template, parsed);
  return parsed;
}
