// The URL of an HTTP function with its route parameters, `http://localhost:7071/api/orders/{id:int}/{*rest}`, filled
// with values.

export type UrlParameter = {
  name: string;
  isRequired: boolean;
  /** Matches the rest of the path, including slashes. */
  isCatchAll: boolean;
  /** The route constraint, such as `int`; empty: none. */
  rule: string;
  defaultValue: string;
};

export type UrlPart = { kind: "literal"; text: string } | ({ kind: "parameter" } & UrlParameter);

/** @param template - Must be valid: the route of a function that is served. */
export function parseUrlTemplate(template: string): UrlPart[] {
  // Doubled braces are literal text; inside a parameter they belong to an expression.
  const pieces = template.match(/\{\{|\}\}|\{(?:\{\{|\}\}|[^{}])*\}|[^{}]+/g) ?? [];
  const parts: UrlPart[] = [];
  for (const piece of pieces) {
    const isParameter = piece.startsWith("{") && piece !== "{{";
    if (isParameter) parts.push({ kind: "parameter", ...parseParameter(unescaped(piece.slice(1, -1))) });
    else addLiteral(parts, unescaped(piece));
  }
  return parts;
}

export function parametersOf(parts: readonly UrlPart[]): UrlParameter[] {
  return parts.filter((it) => it.kind === "parameter");
}

/** The URL for these values; a parameter without a value is removed with its segment, as an optional segment may be. */
export function fillUrl(parts: readonly UrlPart[], values: Readonly<Record<string, string>>): string {
  const filled = parts.map((part) => {
    if (part.kind === "literal") return part.text;
    const value = values[part.name] || part.defaultValue;
    return part.isCatchAll ? value.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(value);
  });
  return filled.join("").replace(/[/.]+$/, "");
}

function unescaped(text: string): string {
  return text.replaceAll("{{", "{").replaceAll("}}", "}");
}

function parseParameter(text: string): UrlParameter {
  const [, stars = "", name = "", rest = ""] = /^(\*{0,2})([^:=?]*)(.*)$/s.exec(text) ?? [];
  const isOptional = rest.endsWith("?");
  const body = isOptional ? rest.slice(0, -1) : rest;
  const [, rule = "", defaultValue = ""] = /^(?::(.*?))?(?:=([^()]*))?$/s.exec(body) ?? [];
  const isCatchAll = stars !== "";
  return { name, isRequired: !isOptional && !isCatchAll && defaultValue === "", isCatchAll, rule, defaultValue };
}

function addLiteral(parts: UrlPart[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === "literal") last.text += text;
  else parts.push({ kind: "literal", text });
}
