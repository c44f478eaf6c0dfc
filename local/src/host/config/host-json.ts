import path from "node:path";
import { isRecord, readLocalFile, reasonOf } from "@same-kit/shared";
import { parseTimeSpan } from "../../shared/time-span.ts";
import { HostError } from "../errors.ts";
import { parseJsonWithComments } from "./json-with-comments.ts";
import { type LogLevels, type LogThreshold, parseLogThreshold } from "./log-levels.ts";

/** The parts of host.json that the host supports, with Azure's defaults. */
export type HostJson = {
  /** Without slashes at either end; empty: none. Default `api`. */
  routePrefix: string;
  customHeaders: Readonly<Record<string, string>>;
  /** `undefined`: no limit. Default 30 minutes. */
  functionTimeoutMs: number | undefined;
  /** Only these functions are loaded; `undefined`: all. */
  allowedFunctions: readonly string[] | undefined;
  watchDirectories: readonly string[];
  watchFiles: readonly string[];
  logLevels: LogLevels;
  /** Whether `telemetryMode` turns on the export of spans. */
  usesOpenTelemetry: boolean;
  /** -1: no limit. */
  maxOutstandingRequests: number;
  maxConcurrentRequests: number;
  /** `extensions.<name>` as written, names in lower case; opaque to the host. */
  extensions: Readonly<Record<string, unknown>>;
  /** Warnings about the file. */
  warnings: readonly string[];
};

type JsonObject = Record<string, unknown>;

const DEFAULT_FUNCTION_TIMEOUT_MS = 30 * 60_000;
const OVERRIDE_PREFIX = "azurefunctionsjobhost__";
const KNOWN_KEYS = new Set(
  [
    "$schema version functionTimeout functions retry watchDirectories watchFiles logging extensions extensionBundle",
    "healthMonitor customHandler concurrency singleton aggregator sendCanceledInvocationsToWorker http queues",
    "metadataProviderTimeout telemetryMode managedDependency fileWatchingEnabled hostHealthMonitorEnabled tracing",
  ]
    .join(" ")
    .toLowerCase()
    .split(" "),
);

/**
 * Reads host.json and applies overrides of `env` (`AzureFunctionsJobHost__extensions__http__routePrefix`).
 *
 * @throws HostError if it is not valid JSON, has a version other than "2.0", or a value of the wrong type.
 */
export async function loadHostJson(
  appDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostJson> {
  const file = path.join(appDir, "host.json");
  const { content, warnings } = await readHostJson(file);
  if (read(content, "version") !== "2.0") {
    throw new HostError({
      code: "ERR_HOST_JSON",
      message: `${file} must have "version": "2.0", but has ${JSON.stringify(read(content, "version")) ?? "none"}.`,
    });
  }
  applyOverrides(content, env);
  for (const key of Object.keys(content)) {
    if (!KNOWN_KEYS.has(key.toLowerCase())) warnings.push(`host.json has the unknown key "${key}".`);
  }
  return toHostJson(content, file, warnings);
}

async function readHostJson(file: string): Promise<{ content: JsonObject; warnings: string[] }> {
  let text: string;
  try {
    text = (await readLocalFile(file)).toString("utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    return { content: { version: "2.0" }, warnings: [`${file} does not exist; the defaults are used.`] };
  }
  try {
    const content = parseJsonWithComments(text);
    if (!isRecord(content)) throw new Error("it is not an object");
    return { content, warnings: [] };
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new HostError({
      code: "ERR_HOST_JSON",
      message: `${file} cannot be read: ${reason}.`,
      hint: "Correct the file: it must be a JSON object, and may have comments.",
      cause,
    });
  }
}

function applyOverrides(content: JsonObject, env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.toLowerCase().startsWith(OVERRIDE_PREFIX)) continue;
    const keys = name.slice(OVERRIDE_PREFIX.length).split("__");
    const last = keys.pop();
    let target = content;
    for (const key of keys) {
      const spelled = spelling(target, key);
      if (typeof target[spelled] !== "object" || target[spelled] === null) target[spelled] = {};
      target = target[spelled] as JsonObject;
    }
    if (last !== undefined) target[spelling(target, last)] = value;
  }
}

function toHostJson(content: JsonObject, file: string, warnings: string[]): HostJson {
  const http = read(content, "extensions", "http");
  return {
    routePrefix: String(read(http, "routePrefix") ?? "api").replace(/^\/+|\/+$/g, ""),
    customHeaders: mapValues(read(http, "customHeaders"), String),
    functionTimeoutMs: parseFunctionTimeout(read(content, "functionTimeout"), file),
    allowedFunctions: read(content, "functions") === undefined ? undefined : toStrings(read(content, "functions")),
    watchDirectories: toStrings(read(content, "watchDirectories") ?? ["node_modules"]),
    watchFiles: toStrings(read(content, "watchFiles")),
    logLevels: parseLogLevels(read(content, "logging", "logLevel"), warnings),
    usesOpenTelemetry: isOpenTelemetry(read(content, "telemetryMode"), warnings),
    maxOutstandingRequests: toLimit(read(http, "maxOutstandingRequests")),
    maxConcurrentRequests: toLimit(read(http, "maxConcurrentRequests")),
    extensions: Object.fromEntries(
      Object.entries(toObject(read(content, "extensions"))).map(([name, section]) => [name.toLowerCase(), section]),
    ),
    warnings,
  };
}

function parseFunctionTimeout(value: unknown, file: string): number | undefined {
  if (value === undefined || value === null) return DEFAULT_FUNCTION_TIMEOUT_MS;
  if (String(value) === "-1") return undefined;
  const timeoutMs = parseTimeSpan(String(value));
  if (timeoutMs !== undefined && timeoutMs >= 1000) return timeoutMs;
  throw new HostError({
    code: "ERR_HOST_JSON",
    message: `"functionTimeout" in ${file} must be hh:mm:ss of at least one second, or -1 for no limit; it is ${JSON.stringify(value)}.`,
  });
}

function parseLogLevels(section: unknown, warnings: string[]): LogLevels {
  const levels = new Map<string, LogThreshold>();
  for (const [category, name] of Object.entries(toObject(section))) {
    const threshold = parseLogThreshold(String(name));
    if (threshold === undefined)
      warnings.push(`host.json has the unknown log level "${String(name)}" for "${category}".`);
    else levels.set(category.toLowerCase() === "default" ? "default" : category, threshold);
  }
  return levels;
}

const OPEN_TELEMETRY: ReadonlySet<string> = new Set(["opentelemetry", "2"]);
const TELEMETRY_MODES: ReadonlySet<string> = new Set(["none", "0", "applicationinsights", "1", ...OPEN_TELEMETRY]);

/**
 * Parsed like a .NET enumeration: case-insensitive, or by number. Any other mode is Application Insights, which is not
 * supported here.
 */
function isOpenTelemetry(value: unknown, warnings: string[]): boolean {
  const mode = String(value ?? "none")
    .trim()
    .toLowerCase();
  if (!TELEMETRY_MODES.has(mode)) {
    warnings.push(
      `host.json has the unknown telemetryMode ${JSON.stringify(value)}; set "OpenTelemetry" to export spans, or remove it.`,
    );
  }
  return OPEN_TELEMETRY.has(mode);
}

function toObject(value: unknown): JsonObject {
  return isRecord(value) ? value : {};
}

/** A list, or the object created by overrides by index (`…__functions__0`). */
function toStrings(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.values(value).map(String) : [];
}

function toLimit(value: unknown): number {
  const limit = Number(value ?? -1);
  return Number.isInteger(limit) && limit > 0 ? limit : -1;
}

function mapValues<Value>(value: unknown, map: (value: unknown) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(toObject(value)).map(([key, member]) => [key, map(member)]));
}

/** Keys of host.json are case-insensitive. */
function read(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((object, key) => (isRecord(object) ? object[spelling(object, key)] : undefined), value);
}

function spelling(object: JsonObject, key: string): string {
  return Object.keys(object).find((name) => name.toLowerCase() === key.toLowerCase()) ?? key;
}
