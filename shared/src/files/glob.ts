export type Glob = {
  matches: (path: string) => boolean;
  /** Whether dotfiles and dot folders can match at all: only if the pattern itself contains such a leading dot. */
  matchesHidden: boolean;
};

const MAX_LENGTH = 4096;
const MAX_RANGE = 1000;
const ANY_IN_NAME = "[^/]*";
const CLASS = /\[[!^]?\]?(?:\[:\w+:\]|[^\]])*\]/y;
const ANY_DEPTH = /(?:\*\*\/)+/y;
const STARS = /\*+/y;
const GROUP = /\{|[@?*+!]\(/y;

/**
 * Compiles a glob as interpreted by `globby` in Azure's worker: `*`, `?`, `**`, `[…]`, `{a,b}`, `{1..3}`, `@(a|b)`,
 * `?(…)`, `*(…)`, `+(…)`, `!(…)`. Paths use slashes. Matching takes time linear in the length of the path, whatever the
 * pattern.
 *
 * @throws Error that names the part of the pattern that cannot be matched.
 */
export async function compileGlob(pattern: string, options: { ignoreCase?: boolean } = {}): Promise<Glob> {
  if (pattern.length > MAX_LENGTH) throw new Error(`it has more than ${MAX_LENGTH} characters`);
  // Loaded lazily: most processes never match a glob, and the engine takes milliseconds to load.
  const { RE2JS } = await import("re2js");
  const flags = RE2JS.DOTALL | (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  const translator = new Translator(pattern);
  const included = RE2JS.compile(translator.translate(), flags);
  // Linear-time engines have no lookahead: "a!(b)c" matches what "a*c" matches and "a@(b)c" does not.
  const excluded = translator.exceptions.map((at) => RE2JS.compile(translator.translate(at), flags));
  const matchesHidden = /(?:^|[/{,(|])\./.test(pattern);
  return {
    matchesHidden,
    matches: (path) =>
      (matchesHidden || !/(?:^|\/)\./.test(path)) &&
      included.matches(path) &&
      !excluded.some((exception) => exception.matches(path)),
  };
}

/** Translates a glob into a regular expression without lookaround. */
class Translator {
  readonly #pattern: string;
  /** Start and end of each complete group, at its brackets. */
  readonly #groups: Map<number, number>;
  #asGroup: number | undefined;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#groups = findGroups(pattern);
  }

  /** Start index in the pattern of each `!(…)`. */
  get exceptions(): number[] {
    return [...this.#groups.keys()].filter((at) => this.#pattern.startsWith("!(", at - 1)).map((at) => at - 1);
  }

  /** @param asGroup - The `!(…)` to translate as `@(…)`; all others match anything. */
  translate(asGroup?: number): string {
    this.#asGroup = asGroup;
    return this.#sequence(0, this.#pattern.length, false);
  }

  #sequence(start: number, end: number, isNested: boolean): string {
    let expression = "";
    for (let at = start; at < end; ) {
      const { text, next } = this.#part(at, isNested);
      expression += text;
      at = next;
    }
    return expression;
  }

  #part(at: number, isNested: boolean): { text: string; next: number } {
    const group = this.#group(at, isNested);
    if (group !== undefined) return group;
    const character = this.#pattern.charAt(at);
    const bracket = matchAt(CLASS, this.#pattern, at);
    if (bracket !== undefined) return { text: toClass(bracket), next: at + bracket.length };
    if (character === "*") return this.#stars(at);
    return { text: character === "?" ? "[^/]" : escapeCharacter(character), next: at + 1 };
  }

  #stars(at: number): { text: string; next: number } {
    const startsName = at === 0 || "/{,(|".includes(this.#pattern.charAt(at - 1));
    const depths = startsName ? matchAt(ANY_DEPTH, this.#pattern, at) : undefined;
    if (depths !== undefined) return { text: "(?:[^/]+/)*", next: at + depths.length };
    const stars = matchAt(STARS, this.#pattern, at) ?? "";
    const next = at + stars.length;
    const isAll = startsName && stars === "**" && next === this.#pattern.length;
    return { text: isAll ? ".+" : ANY_IN_NAME, next };
  }

  #group(at: number, isNested: boolean): { text: string; next: number } | undefined {
    const opening = matchAt(GROUP, this.#pattern, at);
    const open = at + (opening?.length ?? 0) - 1;
    const close = this.#groups.get(open);
    if (opening === undefined || close === undefined) return undefined;
    const next = close + 1;
    const kind = opening.charAt(0);
    if (kind === "!" && isNested) throw new Error('"!(…)" stands in it within another group');
    if (kind === "!" && at !== this.#asGroup) return { text: ANY_IN_NAME, next };
    const content = this.#pattern.slice(open + 1, close);
    const choices =
      (kind === "{" ? listRange(content) : undefined) ?? this.#choices(open + 1, close, kind === "{" ? "," : "|");
    if (kind === "{" && choices.length === 1) return { text: `\\{${choices[0]}\\}`, next };
    return { text: `(?:${choices.join("|")})${"?*+".includes(kind) ? kind : ""}`, next };
  }

  #choices(start: number, end: number, separator: string): string[] {
    const choices: string[] = [];
    let from = start;
    for (let at = start; at <= end; at = (this.#groups.get(at) ?? at) + 1) {
      if (at < end && this.#pattern.charAt(at) !== separator) continue;
      choices.push(this.#sequence(from, at, true));
      from = at + 1;
    }
    return choices;
  }
}

/** Finds pairs of matching brackets in one pass; an unmatched bracket is a literal character. */
function findGroups(pattern: string): Map<number, number> {
  const groups: [number, number][] = [];
  const open: { at: number; closing: string }[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const skipped = matchAt(CLASS, pattern, at);
    const opening = skipped === undefined ? matchAt(GROUP, pattern, at) : undefined;
    if (skipped !== undefined) at += skipped.length - 1;
    else if (opening !== undefined) {
      at += opening.length - 1;
      open.push({ at, closing: opening === "{" ? "}" : ")" });
    } else {
      const index = open.findLastIndex(({ closing }) => closing === pattern.charAt(at));
      if (index >= 0) groups.push([open.splice(index)[0]?.at ?? 0, at]);
    }
  }
  return new Map(groups);
}

function listRange(content: string): string[] | undefined {
  const [, first, last] = /^(-?\d{1,9})\.\.(-?\d{1,9})$/.exec(content) ?? [];
  if (first === undefined) return undefined;
  const [low, high] = [Number(first), Number(last)].sort((a, b) => a - b) as [number, number];
  if (high - low >= MAX_RANGE) throw new Error(`"{${content}}" stands for more than ${MAX_RANGE} numbers`);
  return Array.from({ length: high - low + 1 }, (_, index) => String(low + index));
}

function toClass(bracket: string): string {
  const isNegated = /^\[[!^]/.test(bracket);
  const members = bracket
    .slice(isNegated ? 2 : 1, -1)
    .replace(/^\]/, "\\]")
    .replace(/\\(?!\])|\[(?!:)/g, "\\$&");
  return isNegated ? `[^/${members}]` : `[${members}]`;
}

function matchAt(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}

function escapeCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|]/.test(character) ? `\\${character}` : character;
}
