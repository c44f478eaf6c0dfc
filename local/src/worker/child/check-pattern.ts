// Node's globs are regular expressions underneath, which backtrack: a pattern of a few dozen characters can keep them busy for hours.
// Patterns of entry points need a fraction of what is possible, and stay below these limits.

const MAX_LENGTH = 1000;
const MAX_ALTERNATIVES = 1000;
// A name of 255 characters takes milliseconds with three, half a second with four.
const MAX_WILDCARDS_PER_NAME = 3;
const MAX_ANY_DEPTH = 3;

/** @returns Why a glob is too expensive to match; `undefined` if it is fine. */
export function findExpensivePart(pattern: string): string | undefined {
  if (pattern.length > MAX_LENGTH) return `it has more than ${MAX_LENGTH} characters`;
  const alternatives = expandBraces(pattern);
  if (alternatives === undefined) return `its braces stand for more than ${MAX_ALTERNATIVES} patterns`;
  return alternatives.map(findExpensiveName).find((found) => found !== undefined);
}

/** The patterns that one with braces stands for; `undefined` where they are too many. A range such as `{1..3}` counts as one. */
function expandBraces(pattern: string): string[] | undefined {
  const group = findInnermostGroup(pattern);
  if (group === undefined) return [pattern];
  const expanded: string[] = [];
  for (const part of group.content.split(",")) {
    // What was split is not found again as a group.
    const more = expandBraces(`${pattern.slice(0, group.start)}${part}${pattern.slice(group.end)}`);
    if (more === undefined || expanded.length + more.length > MAX_ALTERNATIVES) return undefined;
    expanded.push(...more);
  }
  return expanded;
}

function findInnermostGroup(pattern: string): { start: number; end: number; content: string } | undefined {
  const match = /\{([^{}]*)\}/.exec(pattern);
  return match === null
    ? undefined
    : { start: match.index, end: match.index + match[0].length, content: match[1] ?? "" };
}

function findExpensiveName(pattern: string): string | undefined {
  const names = pattern.split("/");
  if (names.filter((name) => name === "**").length > MAX_ANY_DEPTH)
    return `"**" stands in it more than ${MAX_ANY_DEPTH} times`;
  // Repeated choices and repeated wildcards are the ones that take exponential time.
  const repeated = /[*+]\([^()]*[|*+?!@(]/.exec(pattern)?.[0];
  if (repeated !== undefined) return `"${repeated}" repeats something of several shapes`;
  const wild = names.find((name) => name !== "**" && countWildcards(name) > MAX_WILDCARDS_PER_NAME);
  return wild === undefined ? undefined : `"${wild}" has more than ${MAX_WILDCARDS_PER_NAME} wildcards`;
}

function countWildcards(name: string): number {
  return name.match(/\*|[+!?@]\(/g)?.length ?? 0;
}
