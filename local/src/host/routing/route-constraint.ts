import { createBoundedTest } from "./bounded-regex.ts";

/** A named condition on one parameter's value. */
export type RouteConstraint = { text: string; accepts(value: string): boolean };

type ConstraintFactory = (args: readonly string[], raw: string) => ((value: string) => boolean) | undefined;

const INT32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Names are case-insensitive. See dotnet/aspnetcore, Routing/src/RouteOptions.cs and Routing/src/Constraints. */
const CONSTRAINTS: Readonly<Record<string, ConstraintFactory>> = {
  int: withoutArguments((value) => isIntegerWithin(value, INT32.min, INT32.max)),
  long: withoutArguments((value) => isIntegerWithin(value, INT64.min, INT64.max)),
  bool: withoutArguments((value) => /^(true|false)$/i.test(value.trim())),
  datetime: withoutArguments((value) => /\d/.test(value) && !Number.isNaN(Date.parse(value))),
  decimal: withoutArguments((value) => /^\s*[+-]?(\d[\d,]*(\.\d*)?|\.\d+)\s*$/.test(value)),
  double: withoutArguments(isFloat),
  float: withoutArguments(isFloat),
  guid: withoutArguments(isGuid),
  alpha: withoutArguments((value) => /^[a-z]*$/i.test(value)),
  required: withoutArguments((value) => value !== ""),
  file: withoutArguments(isFileName),
  nonfile: withoutArguments((value) => !isFileName(value)),
  minlength: withIntegers(
    1,
    ([min = 0n]) =>
      (value) =>
        BigInt(value.length) >= min,
  ),
  maxlength: withIntegers(
    1,
    ([max = 0n]) =>
      (value) =>
        BigInt(value.length) <= max,
  ),
  length: (args, raw) =>
    args.length === 2
      ? withIntegers(
          2,
          ([min = 0n, max = 0n]) =>
            (value) =>
              isBetween(BigInt(value.length), min, max),
        )(args, raw)
      : withIntegers(
          1,
          ([length = 0n]) =>
            (value) =>
              BigInt(value.length) === length,
        )(args, raw),
  min: withIntegers(
    1,
    ([min = 0n]) =>
      (value) =>
        isIntegerWithin(value, min, INT64.max),
  ),
  max: withIntegers(
    1,
    ([max = 0n]) =>
      (value) =>
        isIntegerWithin(value, INT64.min, max),
  ),
  range: withIntegers(
    2,
    ([min = 0n, max = 0n]) =>
      (value) =>
        isIntegerWithin(value, min, max),
  ),
  regex: (_, raw) => createBoundedTest(raw),
};

/**
 * @param text - `int`, `range(1,9)`, `regex(^a)`.
 * @returns `undefined` for an unknown name or invalid arguments.
 */
export function parseRouteConstraint(text: string): RouteConstraint | undefined {
  const match = /^([^(]+?)(?:\((.*)\))?$/s.exec(text);
  if (match === null) return undefined;
  const [, name = "", raw] = match;
  const args = raw === undefined ? [] : raw.split(",").map((arg) => arg.trim());
  const key = name.toLowerCase();
  const accepts = Object.hasOwn(CONSTRAINTS, key) ? CONSTRAINTS[key]?.(args, raw ?? "") : undefined;
  return accepts === undefined ? undefined : { text, accepts };
}

function withoutArguments(accepts: (value: string) => boolean): ConstraintFactory {
  return (args) => (args.length === 0 ? accepts : undefined);
}

function withIntegers(count: number, create: (args: bigint[]) => (value: string) => boolean): ConstraintFactory {
  return (args) => {
    if (args.length !== count || !args.every((arg) => /^[+-]?\d+$/.test(arg))) return undefined;
    return create(args.map((arg) => BigInt(arg.replace("+", ""))));
  };
}

/** .NET's invariant integer style: surrounding white space and a sign are accepted. */
function isIntegerWithin(value: string, min: bigint, max: bigint): boolean {
  const text = value.trim();
  return /^[+-]?\d+$/.test(text) && isBetween(BigInt(text.replace("+", "")), min, max);
}

function isBetween(value: bigint, min: bigint, max: bigint): boolean {
  return value >= min && value <= max;
}

function isFloat(value: string): boolean {
  return /^\s*([+-]?(\d[\d,]*(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?(infinity|\u221e)|nan)\s*$/i.test(value);
}

/** Every text form of .NET's Guid except the hexadecimal array. */
function isGuid(value: string): boolean {
  const text = value.trim();
  const dashed = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  return new RegExp(`^([0-9a-f]{32}|${dashed}|\\{${dashed}\\}|\\(${dashed}\\))$`, "i").test(text);
}

function isFileName(value: string): boolean {
  return /\.[^./]+$/.test(value.slice(value.lastIndexOf("/") + 1));
}
