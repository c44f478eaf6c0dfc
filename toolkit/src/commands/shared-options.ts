// Options that commands of several kinds share.

import path from "node:path";
import { stateDirBelow } from "../config/state-dir.ts";
import { usageError } from "../errors.ts";

/** For commands that have a host, or records of runs. */
export const stateDirOption = {
  "state-dir": {
    type: "string",
    value: "DIR",
    help: "Folder for state and records (default: .same-kit in the current folder)",
    variable: "SAME_KIT_STATE_DIR",
  },
} as const;

export const jsonOption = { json: { type: "boolean", help: "Print one JSON document and nothing else" } } as const;

/** How a local host is started. */
export const hostOptions = {
  port: { type: "string", value: "PORT", help: "Port of the host", variable: "SAME_KIT_PORT" },
  storage: {
    type: "string",
    value: "WHERE",
    help: "disk, memory, none, ports:BLOB,QUEUE,TABLE, docker[:IMAGE] or a connection string (default: disk)",
    variable: "SAME_KIT_STORAGE",
  },
  python: {
    type: "string",
    value: "PATH",
    help: "Python that runs the steps (default: an active environment, else the first that works)",
    variable: "SAME_KIT_PYTHON",
  },
  offline: {
    type: "boolean",
    help: "Create environments from local packages only; never use a package index",
    variable: "SAME_KIT_OFFLINE",
  },
  "allow-user": {
    type: "string",
    multiple: true,
    value: "USER",
    help: "Also serve this user of the machine, by name or number; all: everyone (default: you and root)",
    variable: "SAME_KIT_ALLOW_USER",
  },
} as const;

/** The absolute path of `--state-dir`; default: `.same-kit` in `cwd`. */
export function resolveStateDir(option: string | undefined, cwd: string): string {
  return option === undefined ? stateDirBelow(cwd) : path.resolve(cwd, option);
}

/** @throws UsageError `ERR_USAGE` */
export function parsePort(text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(port) && port <= 65_535) return port;
  throw usageError(`--port ${text} is not a valid port.`, "Ports are 0 to 65535; 0 takes any free one.");
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** For example `90`, `90s`, `10m` or `2h`; a bare number is seconds. @throws UsageError `ERR_USAGE` */
export function parseDuration(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Number.NaN);
  // Node fires longer timers at once.
  if (ms > 0 && ms < 2 ** 31) return ms;
  throw usageError(
    `--timeout ${text} is not a valid duration.`,
    "Use a value such as 90s, 10m or 2h; at most 24 days.",
  );
}

/** Options for an app that is selected by its address. */
export const appOptions = {
  "use-http": { type: "boolean", help: "http instead of https", variable: "FUNCTIONS_USE_HTTP" },
  key: { type: "string", value: "KEY", help: "The app's access key", variable: "SAME_KIT_ACCESS_KEY" },
} as const;
