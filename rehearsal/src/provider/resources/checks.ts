// The real provider's validation errors: the values that it allows, and its wording.
import type { Value, ValueObject } from "../dynamic-value.ts";
import { isObject, isUnknown } from "../dynamic-value.ts";
import type { Block } from "../schema.ts";
import { readAttribute } from "./fields.ts";
import type { Check } from "./kind.ts";

type Problem = { attribute: string; summary: string };

/** Returns the problems of a configuration. */
export function findProblems(values: ValueObject, checks: readonly Check[]): Problem[] {
  return checks.flatMap(({ attribute, problem }) => {
    const [top = ""] = attribute.split(".");
    // The provider's SDK does not validate a block while anything in it is unknown.
    if (hasUnknown(values[top] ?? null)) return [];
    const value = readAttribute(values, attribute);
    const summary = value === null ? null : problem(value, attribute.replaceAll(".", ".0."));
    return summary === null ? [] : [{ attribute, summary }];
  });
}

/** @param text - The provider's wording; `%q` stands for the value. */
export function pattern(attribute: string, expression: RegExp, text: string): Check {
  return {
    attribute,
    problem: (value) => (expression.test(String(value)) ? null : text.replace("%q", JSON.stringify(value))),
  };
}

/** @param allowed - In the provider's own order. */
export function oneOf(attribute: string, allowed: readonly (string | number)[]): Check {
  const list = allowed.map((value) => JSON.stringify(value)).join(" ");
  return {
    attribute,
    problem: (value, name) =>
      allowed.includes(value as string | number) ? null : `expected ${name} to be one of [${list}], got ${value}`,
  };
}

/** Digits after the decimal point in the provider's messages about fractional numbers. */
export const FRACTION_DIGITS = 6;

export function between(attribute: string, least: number, most: number, digits = 0): Check {
  const show = (value: number) => value.toFixed(digits);
  return {
    attribute,
    problem: (value, name) =>
      Number(value) >= least && Number(value) <= most
        ? null
        : `expected ${name} to be in the range (${show(least)} - ${show(most)}), got ${show(Number(value))}`,
  };
}

export function atLeast(attribute: string, least: number, digits = 0): Check {
  const show = (value: number) => value.toFixed(digits);
  return {
    attribute,
    problem: (value, name) =>
      Number(value) >= least ? null : `expected ${name} to be at least (${show(least)}), got ${show(Number(value))}`,
  };
}

/** @param example - An ID with a placeholder for every name. */
export function resourceId(attribute: string, title: string, example: string): Check {
  const expression = new RegExp(`^${example.replace(/\{[^}]+\}/g, "[^/]+")}$`, "i");
  return {
    attribute,
    problem: (value) =>
      expression.test(String(value))
        ? null
        : `parsing ${JSON.stringify(value)}: parsing the ${title} ID: the number of segments didn't match\n\nExpected a ${title} ID that matched:\n\n> ${example}`,
  };
}

export const LOCATION_CHECK: Check = {
  attribute: "location",
  problem: (value, name) =>
    String(value).trim() === "" ? `expected "${name}" to not be an empty string, got ${value}` : null,
};

const MAX_TAGS = 50;
const MAX_TAG_NAME_LENGTH = 512;
const MAX_TAG_VALUE_LENGTH = 256;

export const TAGS_CHECK: Check = {
  attribute: "tags",
  problem(value) {
    const tags = Object.entries(isObject(value) ? value : {});
    if (tags.length > MAX_TAGS) return `a maximum of ${MAX_TAGS} tags can be applied to each resource`;
    for (const [name, text] of tags) {
      if (name.length > MAX_TAG_NAME_LENGTH)
        return `the maximum length for a tag key is ${MAX_TAG_NAME_LENGTH} characters: "${name}" is ${name.length} characters`;
      const { length } = String(text);
      if (length > MAX_TAG_VALUE_LENGTH)
        return `the maximum length for a tag value is ${MAX_TAG_VALUE_LENGTH} characters: the value for "${name}" is ${length} characters`;
    }
    return null;
  },
};

/**
 * Finds fractional numbers where the provider requires whole ones. Its schema calls both `number`.
 *
 * @param fractions - Attributes that may have a fraction.
 */
export function findFractions(block: Block, values: ValueObject, fractions: readonly string[], path = ""): Problem[] {
  const own = Object.entries(block.attributes ?? {}).flatMap(([name, { type }]) => {
    const value = values[name];
    if (type !== "number" || typeof value !== "number" || Number.isInteger(value)) return [];
    if (fractions.includes(path + name)) return [];
    return [{ attribute: path + name, summary: `Attribute must be a whole number, got ${value}` }];
  });
  const nested = Object.entries(block.block_types ?? {}).flatMap(([name, { block: inner }]) => {
    const elements = values[name];
    const first = Array.isArray(elements) ? elements[0] : null;
    return isObject(first) ? findFractions(inner, first, fractions, `${path}${name}.`) : [];
  });
  return [...own, ...nested];
}

function hasUnknown(value: Value): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}
