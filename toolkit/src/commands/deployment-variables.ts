import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { UsageError } from "@same-kit/shared";
import type { TerraformVariables } from "../deployment/workspace.ts";

const HOSTING_PLANS = ["flex", "consumption", "premium"];
// The command sets these: another value would turn the names of one deployment into those of another.
const LEAVE_OUT = "Leave it out.";
const RESERVED: Readonly<Record<string, string>> = {
  environment: "Use --env.",
  subscription_id: "Use --subscription.",
  access_key: "Leave it out; --rotate-key creates a new key.",
  metadata_host: LEAVE_OUT,
  recover: LEAVE_OUT,
  deployment_id: LEAVE_OUT,
  delete_group_contents: LEAVE_OUT,
  removes_keyless_settings: LEAVE_OUT,
};

type VariableOptions = {
  project: string | undefined;
  location: string | undefined;
  hosting: string | undefined;
  /** `NAME=VALUE`; a value that is valid JSON is parsed as JSON. */
  var: readonly string[];
};

/**
 * The module's variables, from flags.
 *
 * @param declared - Names of the module's variables.
 * @throws UsageError `ERR_VARIABLE` or `ERR_HOSTING_PLAN`.
 */
export function toVariables(options: VariableOptions, declared: readonly string[]): TerraformVariables {
  const { project, location, hosting } = options;
  if (hosting !== undefined && !HOSTING_PLANS.includes(hosting)) {
    const message = `There is no hosting plan "${hosting}".`;
    throw new UsageError({ code: "ERR_HOSTING_PLAN", message, hint: `Choose one of ${HOSTING_PLANS.join(", ")}.` });
  }
  return {
    ...Object.fromEntries(options.var.map((text) => parseVariable(text, declared))),
    ...(project === undefined ? {} : { project }),
    ...(location === undefined ? {} : { location }),
    ...(hosting === undefined ? {} : { plan: hosting }),
  };
}

function parseVariable(text: string, declared: readonly string[]): [string, unknown] {
  const separator = text.indexOf("=");
  const name = text.slice(0, separator);
  if (separator < 1)
    throw variableError(`--var ${text} is not NAME=VALUE.`, "For example: --var log_retention_days=60");
  const instead = RESERVED[name];
  if (instead !== undefined) throw variableError(`--var ${name}: same-kit sets this variable itself.`, instead);
  if (!declared.includes(name)) {
    const known = declared.filter((it) => !(it in RESERVED)).join(", ");
    throw variableError(`--var ${name}: the module has no such variable.`, `It has ${known}.`);
  }
  return [name, parseValue(text.slice(separator + 1))];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @throws UsageError `ERR_VARIABLE_FILE` if the file does not exist or cannot be read. */
export function toExistingFiles(files: readonly string[], flag: string, cwd: string): string[] {
  return files.map((file) => {
    const found = path.resolve(cwd, file);
    const problem = whyUnreadable(found);
    if (problem === null) return found;
    throw new UsageError({
      code: "ERR_VARIABLE_FILE",
      message: `${flag} ${file}: ${problem}. Nothing was changed.`,
      hint: `Use ${flag} with the path of a file, absolute or relative to the current folder.`,
    });
  });
}

/**
 * @returns null if no file was given; an empty list if an empty value was given, which removes the files of an earlier call.
 * @throws UsageError `ERR_VARIABLE_FILE`
 */
export function toVariableFiles(files: readonly string[], cwd: string): string[] | null {
  if (files.length === 0) return null;
  return toExistingFiles(
    files.filter((file) => file !== ""),
    "--var-file",
    cwd,
  );
}

function whyUnreadable(file: string): string | null {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isDirectory() ? "it is a folder" : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "it does not exist" : `it cannot be read (${code})`;
  }
}

function variableError(message: string, hint: string): UsageError {
  return new UsageError({ code: "ERR_VARIABLE", message, hint });
}
