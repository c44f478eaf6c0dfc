import { readFile } from "node:fs/promises";
import path from "node:path";
import { hint, OperationError, sameKit, UsageError } from "@same-kit/shared";

/** The folder of one deployment below `.same-kit/env/`; a rehearsal has its own, because its state and lock file differ. */
export type EnvironmentFolder = {
  name: string;
  isRehearsal: boolean;
  dir: string;
  terraformDir: string;
  packagesDir: string;
  outputsFile: string;
  journalFile: string;
  /** The output of a rehearsed app. */
  logFile: string;
};

export const DEFAULT_ENVIRONMENT = "dev";
const NAME = /^[a-z0-9]{1,8}$/;

/** Whether a folder with this name below `.same-kit/env/` is one of ours; desktop systems put their own files there. */
export function isEnvironmentFolder(name: string): boolean {
  return NAME.test(name.replace(/\.rehearsal$/, ""));
}

/** @throws UsageError `ERR_ENVIRONMENT_NAME`. */
export function environmentFolder(stateDir: string, name: string, isRehearsal: boolean): EnvironmentFolder {
  if (!NAME.test(name)) {
    throw new UsageError({
      code: "ERR_ENVIRONMENT_NAME",
      message: `"${name}" cannot name an environment: 1 to 8 lower-case letters or digits, as it becomes part of Azure names.`,
      hint: "For example: --env dev or --env prod",
    });
  }
  const dir = path.join(stateDir, "env", isRehearsal ? `${name}.rehearsal` : name);
  return {
    name,
    isRehearsal,
    dir,
    terraformDir: path.join(dir, "terraform"),
    packagesDir: path.join(dir, "packages"),
    outputsFile: path.join(dir, "outputs.json"),
    journalFile: path.join(dir, "journal.json"),
    logFile: path.join(dir, "app.log"),
  };
}

/**
 * @returns null if there is no such file.
 * @throws OperationError `ERR_STATE_FORMAT` if it is not valid JSON.
 */
export async function loadJson(file: string): Promise<unknown | null> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    if (!(error instanceof SyntaxError)) throw error;
    throw new OperationError({
      code: "ERR_STATE_FORMAT",
      message: `${file} is damaged: ${error.message}.`,
      hint: hint`Restore it from a backup, or remove it: ${sameKit("up")} then repeats the phases whose results it cannot look up. Terraform's state still lists the resources in Azure.`,
      cause: error,
    });
  }
}
