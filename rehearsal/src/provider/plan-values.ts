import type { Value, ValueObject } from "./dynamic-value.ts";
import { asObject, isObject, isSame, isUnknown, UNKNOWN } from "./dynamic-value.ts";
import type { Block, NestedBlock } from "./schema.ts";

/** Defaults that the provider fills in while planning, by attribute; an object contains those of a nested block. */
export type Defaults = { readonly [name: string]: string | number | boolean | Defaults };

/**
 * The planned state of a resource: the proposed values, the provider's defaults where nothing is configured, and "known
 * after apply" for what only the cloud determines. Existing values are kept: Terraform already proposes them.
 *
 * @param proposed - Configuration merged with the prior state, as Terraform sends it.
 */
export function planValues(
  block: Block,
  proposed: ValueObject,
  prior: ValueObject | null,
  defaults: Defaults,
): ValueObject {
  const planned: ValueObject = {};
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    const onlyCloudKnows = attribute.computed === true && prior === null;
    planned[name] = planAttribute(proposed[name] ?? null, defaults[name], onlyCloudKnows, prior?.[name] ?? null);
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    planned[name] = planBlocks(nested, proposed[name] ?? null, prior, name, defaults[name]);
  }
  return planned;
}

/**
 * Attributes that differ and cannot be changed in place; `null` in the prior state counts as a difference, as in the
 * SDK.
 */
export function findReplacements(prior: ValueObject, planned: ValueObject, fixed: readonly string[]): string[] {
  return fixed.filter((name) => !isSame(normalize(prior[name]), normalize(planned[name])));
}

/**
 * Completes `values` for the schema: values that are unknown or missing are taken from `known`, and are null if it has
 * none. An empty list stays null, however: azurerm's SDK keeps null until the next refresh, which then reports a change
 * that no one made.
 */
export function resolveUnknowns(block: Block, values: ValueObject, known: ValueObject): ValueObject {
  const resolved: ValueObject = {};
  for (const name of Object.keys(block.attributes ?? {})) {
    const value = values[name] ?? null;
    resolved[name] = isUnknown(value) || value === null ? (known[name] ?? null) : value;
    if (value === null && isEmptyCollection(resolved[name])) resolved[name] = null;
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    resolved[name] = resolveBlocks(nested, values[name] ?? null, known[name] ?? null);
  }
  return resolved;
}

function planAttribute(
  value: Value,
  fallback: Defaults[string] | undefined,
  onlyCloudKnows: boolean,
  prior: Value,
): Value {
  if (value !== null) return value;
  if (fallback !== undefined && typeof fallback !== "object") return fallback;
  if (onlyCloudKnows) return UNKNOWN;
  // azurerm stores unset values as "", 0 or false, and treats these as equal to null.
  return isZero(prior) ? prior : null;
}

function isZero(value: Value): boolean {
  return value === "" || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}

function planBlocks(
  nested: NestedBlock,
  value: Value,
  prior: ValueObject | null,
  name: string,
  fallback: Defaults[string] | undefined,
): Value {
  const defaults = typeof fallback === "object" ? fallback : {};
  const priorValue = prior?.[name];
  const priorAt = (index: number): ValueObject | null => {
    const element = Array.isArray(priorValue) ? priorValue[index] : priorValue;
    return isObject(element) ? element : null;
  };
  if (Array.isArray(value)) {
    return value.map((element, index) =>
      isObject(element) ? planValues(nested.block, element, priorAt(index), defaults) : element,
    );
  }
  // `timeouts`, the only single block, exists only in the configuration.
  return value;
}

function resolveBlocks(nested: NestedBlock, value: Value, known: Value): Value {
  if (isUnknown(value)) return known;
  // Terraform never accepts null for a list of blocks.
  if (!Array.isArray(value)) return value === null && nested.nesting_mode !== "single" ? [] : value;
  return value.map((element, index) =>
    isObject(element)
      ? resolveUnknowns(nested.block, element, asObject(Array.isArray(known) ? known[index] : null))
      : element,
  );
}

function isEmptyCollection(value: Value | undefined): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function normalize(value: Value | undefined): Value {
  return value === "" || value === undefined ? null : value;
}
