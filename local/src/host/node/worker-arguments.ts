// The setting with the options of the worker's Node.js, as in Azure's host; environment variables use `__` instead of
// `:`.
const NAMES = new Set(["languageworkers__node__arguments", "languageworkers:node:arguments"]);

const DEFAULT_INSPECT_ADDRESS = "127.0.0.1:9229";

/**
 * The arguments of the worker's Node.js: those of the setting, such as `--inspect=9229` as editors set it, and the
 * debugger that the caller requests.
 */
export function workerArguments(env: Readonly<Record<string, string>>, inspect: boolean | string = false): string[] {
  const address = inspect === true ? DEFAULT_INSPECT_ADDRESS : inspect;
  // The caller's comes last: Node.js uses the last of several.
  return [...configuredArguments(env), ...(address === false ? [] : [`--inspect=${address}`])];
}

/** Words are separated by spaces; quotes keep a word together. */
function configuredArguments(env: Readonly<Record<string, string>>): string[] {
  const text = Object.entries(env).find(([name]) => NAMES.has(name.toLowerCase()))?.[1] ?? "";
  return [...text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}

/** Whether a debugger port is opened: two processes cannot listen on the same one. */
export function opensDebugger(nodeArguments: readonly string[]): boolean {
  return nodeArguments.some((it) => /^--inspect(-brk|-wait|-port)?(=|$)/.test(it));
}
