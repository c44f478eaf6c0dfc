// The setting that gives the Node of the worker its options, as Azure's host reads it: `:` of a name is `__` in an environment.
const NAMES = new Set(["languageworkers__node__arguments", "languageworkers:node:arguments"]);

/** For example `--inspect=9229`, as editors set it. Words are separated by spaces; quotes keep one together. */
export function workerArguments(env: Readonly<Record<string, string>>): string[] {
  const text = Object.entries(env).find(([name]) => NAMES.has(name.toLowerCase()))?.[1] ?? "";
  return [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}

/** Two processes cannot listen for a debugger on one port. */
export function opensDebugger(nodeArguments: readonly string[]): boolean {
  return nodeArguments.some((it) => /^--inspect(-brk|-wait|-port)?(=|$)/.test(it));
}
