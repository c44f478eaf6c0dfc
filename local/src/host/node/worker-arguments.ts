// The setting with the options of the worker's Node.js, as in Azure's host; environment variables use `__` instead of
// `:`.
const NAMES = new Set(["languageworkers__node__arguments", "languageworkers:node:arguments"]);

/**
 * Parses options such as `--inspect=9229`, as editors set them. Words are separated by spaces; quotes keep a word
 * together.
 */
export function workerArguments(env: Readonly<Record<string, string>>): string[] {
  const text = Object.entries(env).find(([name]) => NAMES.has(name.toLowerCase()))?.[1] ?? "";
  return [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}

/** Whether a debugger port is opened: two processes cannot listen on the same one. */
export function opensDebugger(nodeArguments: readonly string[]): boolean {
  return nodeArguments.some((it) => /^--inspect(-brk|-wait|-port)?(=|$)/.test(it));
}
