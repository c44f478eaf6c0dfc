import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { closeToOthers, makePrivateFolder, readJson, writeJsonAtomic } from "@same-kit/shared";
import { StateError } from "./errors.ts";
import { findForeign } from "./find-foreign.ts";

/** Incremented when the layout of the folder changes so that an older same-kit would misread it. */
export const STATE_FORMAT_VERSION = 1;

const GITIGNORE = "# Made by same-kit; nothing in here belongs under version control.\n*\n";

export type StateFolder = {
  dir: string;
  /** One folder per run: request, status, session, log. */
  runsDir: string;
  /** Azurite's data, its ports and the claims of its users. */
  azuriteDir: string;
  /** One run file per host, and the logs of detached hosts. */
  hostsDir: string;
  /** Which processes work on which task hub. */
  hubsDir: string;
  /** One folder per hub, with the large files of its instances; they live as long as Azurite's data. */
  instancesDir: string;
  /** Spans of hosts whose app uses OpenTelemetry without an endpoint. */
  tracesDir: string;
};

/** The paths in a state folder; accesses no files. */
export function stateFolderAt(dir: string): StateFolder {
  const root = path.resolve(dir);
  const below = (name: string) => path.join(root, name);
  return {
    dir: root,
    runsDir: below("runs"),
    azuriteDir: below("azurite"),
    hostsDir: below("hosts"),
    hubsDir: below("hubs"),
    instancesDir: below("instances"),
    tracesDir: below("traces"),
  };
}

/** The names used in a state folder; any other name means that the folder also serves another purpose. */
const OWN_FOLDERS = ["runs", "azurite", "hosts", "hubs", "instances", "traces", "env"];
const OWN_FILE = /^(\.gitignore|format\.json|keys\.json)(\..+\.part)?$/;

/**
 * Prepares a state folder: marked with its format, ignored by git, and closed to other users whatever the umask,
 * because it contains sessions, logs and keys. Safe to repeat.
 *
 * @throws StateError `ERR_STATE_FORMAT` if a newer same-kit wrote it, `ERR_STATE_FOREIGN` if it, or something in it,
 *   belongs to another user, `ERR_STATE_LINK` if it is a dangling link.
 */
export async function openStateFolder(dir: string): Promise<StateFolder> {
  const folder = stateFolderAt(dir);
  const version = await checkStateFormat(dir);
  await closeFolder(folder);
  writeOnce(path.join(folder.dir, ".gitignore"), GITIGNORE);
  if (version !== STATE_FORMAT_VERSION) await writeJsonAtomic(formatFile(dir), { formatVersion: STATE_FORMAT_VERSION });
  return folder;
}

/** Leaves a folder with other content, such as the project itself, unchanged and closes only our parts of it. */
async function closeFolder({ dir, azuriteDir, hostsDir }: StateFolder): Promise<void> {
  const names = namesIn(dir);
  const ours = names.filter((name) => OWN_FOLDERS.includes(name) || OWN_FILE.test(name));
  const foreign = findForeign(dir, ours);
  if (foreign !== undefined) throw foreignFolder(foreign);
  try {
    if (ours.length === names.length) await makePrivateFolder(dir);
    const existing = OWN_FOLDERS.filter((name) => names.includes(name)).map((name) => path.join(dir, name));
    await Promise.all([...[azuriteDir, hostsDir].map(makePrivateFolder), ...existing.map(closeToOthers)]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM") throw foreignFolder(dir, error);
    // Missing parent folders are created, so only a link can point to a missing one.
    throw code === "ENOENT" ? brokenLink(dir, error) : error;
  }
}

function foreignFolder(place: string, cause?: unknown): StateError {
  return new StateError({
    code: "ERR_STATE_FOREIGN",
    message: `${place} belongs to another user of this machine, who could read and change its content.`,
    hint: "Choose another folder with --state-dir, or make this one yours with chown.",
    cause,
  });
}

function brokenLink(dir: string, cause: unknown): StateError {
  return new StateError({
    code: "ERR_STATE_LINK",
    message: `${dir} is a link to a folder that does not exist.`,
    hint: "Remove the link, create the folder, or choose another one with --state-dir.",
    cause,
  });
}

/**
 * For commands that only read a state folder, or remove things from it; a missing folder is fine.
 *
 * @returns The format recorded in the folder.
 * @throws StateError `ERR_STATE_FORMAT` if a newer same-kit wrote it.
 */
export async function checkStateFormat(dir: string): Promise<unknown> {
  // An unreadable file is reported by the next operation on the folder.
  const found = (await readJson(formatFile(dir)).catch(() => undefined)) as { formatVersion?: unknown } | undefined;
  const version = found?.formatVersion;
  if (typeof version === "number" && version > STATE_FORMAT_VERSION) throw newerFormat(path.resolve(dir), version);
  return version;
}

const formatFile = (dir: string): string => path.join(dir, "format.json");

function newerFormat(dir: string, version: number): StateError {
  return new StateError({
    code: "ERR_STATE_FORMAT",
    message: `${dir} has the format ${version}; this same-kit knows ${STATE_FORMAT_VERSION}. Nothing was changed.`,
    hint: "Update same-kit, or choose another state folder.",
  });
}

function writeOnce(file: string, content: string): void {
  if (existsSync(file)) return;
  try {
    writeFileSync(file, content, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
