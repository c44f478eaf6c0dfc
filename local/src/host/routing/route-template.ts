// The subset of ASP.NET Core's route template syntax that an HTTP trigger's route can use.
// Source: dotnet/aspnetcore, Routing/src/Patterns/RoutePatternParser.cs and RouteParameterParser.cs.

import { parseRouteConstraint, type RouteConstraint } from "./route-constraint.ts";

export type RouteParameter = {
  kind: "parameter";
  name: string;
  isOptional: boolean;
  isCatchAll: boolean;
  defaultValue: string | undefined;
  constraints: readonly RouteConstraint[];
};

export type RoutePart = { kind: "literal"; text: string } | RouteParameter;

/** The parts between two slashes; more than one part makes a segment complex. */
export type RouteSegment = readonly RoutePart[];

export type RouteTemplate = { text: string; segments: readonly RouteSegment[] };

/** The template breaks a syntax rule; the message names the rule. */
export class RouteTemplateError extends Error {
  constructor(template: string, problem: string) {
    super(`The route template "${template}" is invalid: ${problem}.`);
    this.name = "RouteTemplateError";
  }
}

/** @throws RouteTemplateError */
export function parseRouteTemplate(text: string): RouteTemplate {
  const trimmed = trimStart(text);
  if (trimmed === "") return { text, segments: [] };
  const names = new Set<string>();
  const pieces = splitSegments(text, trimmed);
  const segments = pieces.map((piece, index) => {
    if (piece === "") throw new RouteTemplateError(text, "two slashes are adjacent");
    return parseSegment(text, piece, index === pieces.length - 1, names);
  });
  return { text, segments };
}

function trimStart(text: string): string {
  if (text.startsWith("~/")) return text.slice(2);
  if (text.startsWith("~")) throw new RouteTemplateError(text, 'a "~" must be followed by a slash');
  return text.startsWith("/") ? text.slice(1) : text;
}

/** Splits at slashes outside braces, ignoring one trailing slash. */
function splitSegments(template: string, text: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  let isInParameter = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    const isDoubled = text[i + 1] === char;
    if ((char === "{" || char === "}") && isDoubled) {
      piece += char + char;
      i++;
      continue;
    }
    if (char === "{") isInParameter = true;
    if (char === "}") isInParameter = false;
    if (char === "/" && !isInParameter) {
      pieces.push(piece);
      piece = "";
    } else piece += char;
  }
  if (isInParameter) throw new RouteTemplateError(template, "a brace is not closed");
  if (piece !== "" || pieces.length === 0) pieces.push(piece);
  return pieces;
}

function parseSegment(template: string, piece: string, isLast: boolean, names: Set<string>): RouteSegment {
  const parts = splitParts(template, piece).map((part): RoutePart => {
    if (part.kind === "literal") return part;
    return parseParameter(template, part.content, names);
  });
  validateSegment(template, parts, isLast);
  return parts;
}

type RawPart = { kind: "literal"; text: string } | { kind: "parameter"; content: string };

function splitParts(template: string, piece: string): RawPart[] {
  const parts: RawPart[] = [];
  let literal = "";
  let i = 0;
  while (i < piece.length) {
    const char = piece[i]!;
    if ((char === "{" || char === "}") && piece[i + 1] === char) {
      literal += char;
      i += 2;
    } else if (char === "{") {
      if (literal !== "") parts.push({ kind: "literal", text: literal });
      literal = "";
      const end = findClosingBrace(template, piece, i + 1);
      parts.push({ kind: "parameter", content: piece.slice(i + 1, end) });
      i = end + 1;
    } else if (char === "}") {
      throw new RouteTemplateError(template, "a closing brace has no opening one");
    } else {
      literal += char;
      i++;
    }
  }
  if (literal.includes("?")) throw new RouteTemplateError(template, 'a literal may not contain "?"');
  if (literal !== "") parts.push({ kind: "literal", text: literal });
  return parts;
}

/** Doubled braces inside a parameter belong to its constraint (`regex(a{{2}})`). */
function findClosingBrace(template: string, piece: string, start: number): number {
  for (let i = start; i < piece.length; i++) {
    if (piece[i] !== "}" && piece[i] !== "{") continue;
    if (piece[i + 1] === piece[i]) i++;
    else if (piece[i] === "}") return i;
    else throw new RouteTemplateError(template, "a parameter contains an opening brace");
  }
  throw new RouteTemplateError(template, "a brace is not closed");
}

function parseParameter(template: string, content: string, names: Set<string>): RouteParameter {
  const unescaped = content.replaceAll("{{", "{").replaceAll("}}", "}");
  const [, stars = "", rest = ""] = /^(\*{0,2})(.*)$/s.exec(unescaped) ?? [];
  const nameEnd = /[:=]|\?$/.exec(rest)?.index ?? rest.length;
  const name = rest.slice(0, nameEnd);
  if (name === "" || /[/{}?*]/.test(name)) throw new RouteTemplateError(template, `"${name}" is not a parameter name`);
  if (names.has(name.toLowerCase())) throw new RouteTemplateError(template, `the parameter "${name}" occurs twice`);
  names.add(name.toLowerCase());

  const { constraintTexts, defaultValue, isOptional } = parseAfterName(rest.slice(nameEnd));
  if (isOptional && defaultValue !== undefined) {
    throw new RouteTemplateError(template, `the optional parameter "${name}" cannot have a default`);
  }
  if (isOptional && stars !== "") throw new RouteTemplateError(template, `the catch-all "${name}" cannot be optional`);
  return {
    kind: "parameter",
    name,
    isOptional,
    isCatchAll: stars !== "",
    defaultValue,
    constraints: constraintTexts.map((text) => parseConstraint(template, text)),
  };
}

function parseConstraint(template: string, text: string): RouteConstraint {
  const constraint = parseRouteConstraint(text);
  if (constraint === undefined) throw new RouteTemplateError(template, `"${text}" is not a known constraint`);
  return constraint;
}

type AfterName = { constraintTexts: string[]; defaultValue: string | undefined; isOptional: boolean };

/** `:c1:c2(a,b)=default` or `:c1?`; inside parentheses that are closed later, `:` and `=` are literal. */
function parseAfterName(text: string): AfterName {
  const isOptional = text.endsWith("?");
  const body = isOptional ? text.slice(0, -1) : text;
  const constraintTexts: string[] = [];
  let i = 0;
  while (body[i] === ":") {
    const start = ++i;
    while (i < body.length && body[i] !== ":" && body[i] !== "=") {
      const close = body[i] === "(" ? findParenthesisEnd(body, i) : -1;
      i = close > i ? close + 1 : i + 1;
    }
    constraintTexts.push(body.slice(start, i));
  }
  return { constraintTexts, defaultValue: body[i] === "=" ? body.slice(i + 1) : undefined, isOptional };
}

/** The last `)` that ends the parameter's text or precedes the next `:` or `=`. */
function findParenthesisEnd(body: string, open: number): number {
  for (let i = open + 1; i < body.length; i++) {
    if (body[i] === ")" && (i === body.length - 1 || body[i + 1] === ":" || body[i + 1] === "=")) return i;
  }
  return -1;
}

function validateSegment(template: string, parts: readonly RoutePart[], isLast: boolean): void {
  const fail = (problem: string) => {
    throw new RouteTemplateError(template, problem);
  };
  for (const [index, part] of parts.entries()) {
    if (part.kind === "literal") {
      if (part.text.includes("?")) fail('a literal may not contain "?"');
      continue;
    }
    const previous = parts[index - 1];
    if (previous?.kind === "parameter") fail("two parameters have nothing between them");
    if (part.isCatchAll && (parts.length > 1 || !isLast))
      fail("a catch-all must be the last part, and the only one of its segment");
    if (part.isOptional && parts.length > 1) {
      const followsDot = previous?.kind === "literal" && previous.text === ".";
      if (index !== parts.length - 1 || !followsDot) fail('an optional parameter in a segment must be last, after "."');
    }
  }
}
