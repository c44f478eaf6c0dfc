import type { RouteParameter, RoutePart, RouteSegment, RouteTemplate } from "./route-template.ts";

/** Without a prototype: a parameter may be named `constructor`. */
export type RouteValues = Record<string, string>;

/**
 * Splits a request's path as ASP.NET routing does: decoded once, segment by segment (an encoded slash stays encoded),
 * ignoring one trailing slash.
 *
 * @returns `undefined` if an escape sequence is malformed.
 */
export function splitPath(pathname: string): string[] | undefined {
  const trimmed = pathname.replace(/^\//, "").replace(/\/$/, "");
  if (trimmed === "") return [];
  try {
    return trimmed.split("/").map((segment) =>
      segment
        .split(/(%2f)/i)
        .map((piece) => (/^%2f$/i.test(piece) ? piece : decodeURIComponent(piece)))
        .join(""),
    );
  } catch {
    return undefined;
  }
}

/**
 * @param path - As returned by {@link splitPath}.
 * @returns The parameters' values, with names spelled as in the template; missing optional ones are absent.
 *   `undefined`: no match.
 * @see dotnet/aspnetcore, Routing/src/Patterns/RoutePatternMatcher.cs
 */
export function matchTemplate(template: RouteTemplate, path: readonly string[]): RouteValues | undefined {
  const values = noValues();
  for (const [index, segment] of template.segments.entries()) {
    const catchAll = toCatchAll(segment);
    if (catchAll !== undefined) {
      const rest = path.slice(index).join("/");
      return finish(template, rest === "" ? values : Object.assign(values, { [catchAll.name]: rest }));
    }
    const text = path[index];
    if (text === undefined) {
      if (!canBeMissing(segment)) return undefined;
    } else if (text === "" || !matchSegment(segment, text, values)) {
      return undefined;
    }
  }
  return path.length > template.segments.length ? undefined : finish(template, values);
}

function noValues(): RouteValues {
  return Object.create(null) as RouteValues;
}

function toCatchAll(segment: RouteSegment): RouteParameter | undefined {
  const [part] = segment;
  return part?.kind === "parameter" && part.isCatchAll ? part : undefined;
}

function canBeMissing(segment: RouteSegment): boolean {
  const [part] = segment;
  return segment.length === 1 && part?.kind === "parameter" && (part.isOptional || part.defaultValue !== undefined);
}

function matchSegment(segment: RouteSegment, text: string, values: RouteValues): boolean {
  const [part] = segment;
  if (segment.length > 1) return matchComplexSegment(segment, text, values);
  if (part === undefined) return false;
  if (part.kind === "literal") return equalsIgnoringCase(part.text, text);
  values[part.name] = text;
  return true;
}

/** `{name}.{ext?}` also matches without the dot and what follows it. */
function matchComplexSegment(segment: RouteSegment, text: string, values: RouteValues): boolean {
  const last = segment.at(-1);
  if (last?.kind === "parameter" && last.isOptional) {
    if (matchParts(segment, text, values)) return true;
    return !text.endsWith(".") && matchParts(segment.slice(0, -2), text, values);
  }
  return matchParts(segment, text, values);
}

/**
 * Matches from the right: the last occurrence of a literal counts, so the parameter left of it takes as much as
 * possible.
 */
function matchParts(parts: readonly RoutePart[], text: string, values: RouteValues): boolean {
  const found = noValues();
  let end = text.length;
  let pending: RouteParameter | undefined;
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index]!;
    if (part.kind === "parameter") {
      pending = part;
      continue;
    }
    const start = findLiteral(part.text, text, end, pending === undefined);
    // A parameter takes at least one character.
    if (start < 0 || (pending !== undefined && start + part.text.length >= end)) return false;
    if (pending !== undefined) found[pending.name] = text.slice(start + part.text.length, end);
    pending = undefined;
    end = start;
  }
  if (pending === undefined ? end !== 0 : end === 0) return false;
  if (pending !== undefined) found[pending.name] = text.slice(0, end);
  Object.assign(values, found);
  return true;
}

/** @returns The index of `literal` before `end`: exactly at the end, or its last occurrence that leaves one character. */
function findLiteral(literal: string, text: string, end: number, isAtEnd: boolean): number {
  const haystack = text.slice(0, end).toLowerCase();
  const needle = literal.toLowerCase();
  if (isAtEnd) return haystack.endsWith(needle) ? end - needle.length : -1;
  return haystack.lastIndexOf(needle, end - needle.length - 1);
}

/** Adds the defaults and checks the constraints of the present values. */
function finish(template: RouteTemplate, values: RouteValues): RouteValues | undefined {
  for (const part of template.segments.flat()) {
    if (part.kind === "literal") continue;
    if (values[part.name] === undefined && part.defaultValue !== undefined) values[part.name] = part.defaultValue;
    const value = values[part.name];
    if (value !== undefined && !part.constraints.every((constraint) => constraint.accepts(value))) return undefined;
  }
  return values;
}

function equalsIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
