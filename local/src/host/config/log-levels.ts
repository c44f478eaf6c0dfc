import type { LogLevel } from "@same-kit/shared";

export type LogThreshold = LogLevel | "none";

/** `logging.logLevel` of host.json: category prefix → lowest level that is written. */
export type LogLevels = ReadonlyMap<string, LogThreshold>;

const SEVERITY: Readonly<Record<LogThreshold, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, none: 6 };

const NAMES: ReadonlyMap<string, LogThreshold> = new Map([
  ["trace", "trace"],
  ["debug", "debug"],
  ["information", "info"],
  ["warning", "warn"],
  ["error", "error"],
  ["critical", "error"],
  ["none", "none"],
]);

/** @returns `undefined` for a name unknown to .NET. */
export function parseLogThreshold(name: string): LogThreshold | undefined {
  return NAMES.get(name.toLowerCase());
}

/** The longest matching prefix decides, then `default`, then Information, like .NET's logger filter. */
export function isLogged(levels: LogLevels, category: string, level: LogLevel): boolean {
  let threshold = levels.get("default") ?? "info";
  let longest = -1;
  for (const [prefix, candidate] of levels) {
    if (prefix.length > longest && matchesPrefix(category, prefix)) {
      threshold = candidate;
      longest = prefix.length;
    }
  }
  return SEVERITY[level] >= SEVERITY[threshold];
}

function matchesPrefix(category: string, prefix: string): boolean {
  return category.toLowerCase().startsWith(prefix.toLowerCase());
}
