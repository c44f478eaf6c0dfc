// Converts the options of `func start` to options of the host.

import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { HttpsOptions } from "@same-kit/local";
import { type LogLevel, OperationError, reasonOf } from "@same-kit/shared";
import { type ToolkitErrorCode, usageError } from "../errors.ts";
import type { BootOptions } from "../ports.ts";
import type { Console } from "../ui/console.ts";
import { type CallerValues, toCallerSettings } from "./caller-options.ts";

export type FuncHostValues = CallerValues & {
  address: string | undefined;
  cors: string | undefined;
  "cors-credentials": boolean;
  functions: readonly string[];
  "language-worker": string | undefined;
  inspect: string | undefined;
  useHttps: boolean;
  cert: string | undefined;
  password: string | undefined;
  enableAuth: boolean;
  "user-log-level": string | undefined;
  "enable-json-output": boolean;
  runtime: string | undefined;
};

type FuncHostOptions = Pick<
  BootOptions,
  | "appSettings"
  | "inspect"
  | "https"
  | "allowedHosts"
  | "allowedOrigins"
  | "allowCredentials"
  | "requireKeys"
  | "ignoreOutputs"
>;

/** @throws UsageError `ERR_USAGE` */
export function toHostOptions(values: FuncHostValues, appDir: string): FuncHostOptions {
  checkAddress(values.address);
  checkRuntime(values.runtime);
  const https = toHttps(values, appDir);
  const caller = toCallerSettings(values);
  const corsOrigins = (values.cors ?? "").split(",").map(toOrigin);
  return {
    ...caller,
    appSettings: toAppSettings(values),
    inspect: values.inspect === undefined ? false : toInspectAddress(values.inspect),
    allowedOrigins: [...corsOrigins.filter((origin) => origin !== ""), ...caller.allowedOrigins],
    requireKeys: values.enableAuth,
    ...(values["cors-credentials"] ? { allowCredentials: true } : {}),
    ...(https === null ? {} : { https }),
  };
}

/** The folder of the app. @throws OperationError `ERR_APP_NOT_FOUND` */
export function toScriptRoot(folder: string | undefined, cwd: string): string {
  const appDir = path.resolve(cwd, folder ?? ".");
  if (!existsSync(appDir)) throw notFound(`"${appDir}" does not exist.`);
  if (existsSync(path.join(appDir, "host.json"))) return appDir;
  throw notFound(`${appDir} is not the root of a Functions app: it has no host.json.`);
}

const USER_LEVELS: Readonly<Record<string, LogLevel | "none">> = {
  trace: "trace",
  debug: "debug",
  information: "info",
  warning: "warn",
  error: "error",
  critical: "error",
  none: "none",
};

/** @throws UsageError `ERR_USAGE` */
export function toUserLogLevel(name = "Information"): LogLevel | "none" {
  const level = USER_LEVELS[name.toLowerCase()];
  if (level !== undefined) return level;
  throw usageError(
    `--user-log-level ${name} is not a level.`,
    "Use Trace, Debug, Information, Warning, Error, Critical or None.",
  );
}

/** The destination of the worker's JSON lines. @throws UsageError `ERR_USAGE` for a file that cannot be written. */
export function openJsonOutput(file: string | undefined, appDir: string, console: Console): (line: string) => void {
  if (file === undefined) return (line) => console.answer(line);
  const target = path.resolve(appDir, file);
  const append = (text: string) => appendFileSync(target, text);
  try {
    append("");
  } catch (error) {
    throw usageError(`--json-output-file ${file} cannot be written: ${reasonOf(error)}.`);
  }
  return (line) => append(`${line}\n`);
}

function toAppSettings(values: FuncHostValues): Record<string, string> {
  const worker = values["language-worker"];
  const level = values["user-log-level"];
  const functions = values.functions.map((name, at): [string, string] => [
    `AzureFunctionsJobHost__functions__${at}`,
    name,
  ]);
  return {
    ...Object.fromEntries(functions),
    ...(worker === undefined ? {} : { languageWorkers__node__arguments: worker }),
    ...(level === undefined ? {} : { AzureFunctionsJobHost__logging__logLevel__Function: level }),
    ...(values["enable-json-output"] ? { FUNCTIONS_ENABLE_JSON_OUTPUT: "True" } : {}),
  };
}

function checkAddress(address = "127.0.0.1"): void {
  if (["127.0.0.1", "::1", "localhost"].includes(address)) return;
  throw usageError(
    `--address ${address} is not a loopback address.`,
    "The host serves 127.0.0.1 and ::1. For others, put a proxy or a tunnel in front of it.",
  );
}

function checkRuntime(runtime = "default"): void {
  if (runtime.toLowerCase() === "default") return;
  throw usageError(`--runtime ${runtime} is a host for .NET; same-kit runs Node apps.`);
}

function toInspectAddress(text: string): string {
  if (/^([\w.-]+:|\[[\da-f:]+\]:)?\d{1,5}$/i.test(text)) return text;
  throw usageError(`--inspect ${text} is not a port.`, "For example: --inspect=9229 or --inspect=127.0.0.1:9229");
}

/** In the form that browsers send: without a slash at the end. */
const toOrigin = (text: string): string => text.trim().replace(/\/$/, "");

function toHttps({ useHttps, cert, password }: FuncHostValues, appDir: string): HttpsOptions | null {
  if (!useHttps) return null;
  if (cert === undefined) return { kind: "self-signed" };
  const file = path.resolve(appDir, cert);
  return { kind: "pfx", file, ...(password === undefined ? {} : { password: readPassword(password, appDir) }) };
}

/** The text itself, or the content of the file with this name. */
function readPassword(text: string, appDir: string): string {
  const file = path.resolve(appDir, text);
  const isFile = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile ? readFileSync(file, "utf8").trim() : text;
}

function notFound(message: string): OperationError<ToolkitErrorCode> {
  return new OperationError({
    code: "ERR_FUNC_NO_APP",
    message,
    hint: "Run it in the folder with host.json, or specify that folder with --script-root.",
  });
}
