import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "@same-kit/local";

/** The folder of one deployment below `.same-kit/env/`; a rehearsal has its own, as its state and lock file differ. */
export type EnvironmentFolder = {
  name: string;
  isRehearsal: boolean;
  dir: string;
  terraformDir: string;
  packagesDir: string;
  outputsFile: string;
  journalFile: string;
  /** What a rehearsed app printed. */
  logFile: string;
};

const NAME = /^[a-z0-9]{1,8}$/;

/** @throws UsageError `ERR_ENVIRONMENT_NAME`. */
export function environmentFolder(stateDir: string, name: string, isRehearsal: boolean): EnvironmentFolder {
  if (!NAME.test(name)) {
    throw new UsageError({
      code: "ERR_ENVIRONMENT_NAME",
      message: `"${name}" cannot name an environment: 1 to 8 lower-case letters or digits, as it becomes part of Azure names.`,
      hint: "Such as --env dev or --env prod.",
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

const PRIVATE = 0o600;

/** Writes a file that only its owner may read, whole or not at all. */
export async function savePrivately(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, `${JSON.stringify(value, null, 2)}\n`, { mode: PRIVATE });
  await chmod(part, PRIVATE); // The mode above is only for a new file.
  await rename(part, file);
}

/** @returns null where there is no such file. */
export async function loadJson(file: string): Promise<unknown | null> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
