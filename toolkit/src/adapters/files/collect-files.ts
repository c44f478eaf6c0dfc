// The files with which a run starts: the notebook's folder, without files that Git or .sameignore ignore, and without files of tools.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import {
  DEFAULT_LIMITS,
  type FileManifest,
  isInnerPath,
  isInnerTarget,
  type Limits,
  type RunFile,
  whyTooLarge,
} from "@same-kit/functions-app/contract";
import { OperationError } from "@same-kit/shared";
import ignore, { type Ignore } from "ignore";
import type { ToolkitErrorCode } from "../../errors.ts";
import { type IgnoreRules, isIgnored, rulesAbove, rulesIn } from "./ignore-rules.ts";

type FileChoice = {
  /** An absolute path. */
  folder: string;
  /** `--files`, with the patterns of a .gitignore: only these, ignored or not. Null: all that are not ignored. */
  globs: readonly string[] | null;
};

export type ContentFile = Extract<RunFile, { kind: "file" }>;

export type CollectedFiles = {
  folder: string;
  manifest: FileManifest;
  sizeBytes: number;
  warnings: string[];
};

// Never part of a notebook's own work.
const LEFT_OUT = new Set([".git", ".same-kit", "__pycache__", ".ipynb_checkpoints", "node_modules", ".DS_Store"]);
/** A folder that contains this file is a virtual environment. */
const ENVIRONMENT_MARK = "pyvenv.cfg";
const MAX_NAMED = 5;

type Walk = {
  root: string;
  chosen: Ignore | null;
  /** One of our state folders inside the notebook's folder. */
  stateDir: string;
  limits: Limits;
  found: { path: string; stats: Awaited<ReturnType<typeof lstat>> }[];
  leftOut: string[];
};

/**
 * @param stateDir - Excluded if it is inside the folder.
 * @throws OperationError `ERR_FILES_TOO_LARGE` if the folder contains more than an app accepts.
 */
export async function collectFiles(
  { folder, globs }: FileChoice,
  stateDir: string,
  limits: Limits = DEFAULT_LIMITS,
): Promise<CollectedFiles> {
  const chosen = globs === null ? null : ignore().add([...globs]);
  const walk: Walk = { root: folder, chosen, stateDir: path.resolve(stateDir), limits, found: [], leftOut: [] };
  await walkFolder(walk, folder, await rulesAbove(folder));
  refuseTooMuch(walk);
  const files: RunFile[] = [];
  for (const { path: at, stats } of walk.found) {
    const file = stats.isSymbolicLink() ? await toLink(walk, at) : await toFile(walk, at, stats);
    if (file !== null) files.push(file);
  }
  const sizeBytes = files.reduce((sum, file) => sum + (file.kind === "file" ? file.sizeBytes : 0), 0);
  return { folder, manifest: { formatVersion: 1, files }, sizeBytes, warnings: warningsOf(walk) };
}

async function walkFolder(walk: Walk, folder: string, above: IgnoreRules): Promise<void> {
  const names = await readdir(folder).catch(() => null);
  const at = relativeTo(walk, folder);
  if (names === null) return void walk.leftOut.push(`${at} (it cannot be read)`);
  if (names.includes(ENVIRONMENT_MARK) && folder !== walk.root) return;
  const rules = await rulesIn(folder, above);
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    if (LEFT_OUT.has(name) || file === walk.stateDir) continue;
    // One more than allowed is enough to refuse.
    if (walk.found.length > walk.limits.files) return;
    await walkEntry(walk, file, rules);
  }
}

async function walkEntry(walk: Walk, file: string, rules: IgnoreRules): Promise<void> {
  const at = relativeTo(walk, file);
  const stats = await lstat(file).catch(() => null);
  if (stats === null) return;
  if (walk.chosen === null && isIgnored(file, stats.isDirectory(), rules)) return;
  if (stats.isDirectory()) return walkFolder(walk, file, rules);
  if (walk.chosen !== null && !walk.chosen.ignores(at)) return;
  if (!isInnerPath(at)) return void walk.leftOut.push(`${at} (its name is too long, or not valid on every system)`);
  if (stats.isFile() || stats.isSymbolicLink()) walk.found.push({ path: at, stats });
  else walk.leftOut.push(`${at} (a pipe, socket or device)`);
}

async function toFile(
  { root, limits, leftOut }: Walk,
  at: string,
  stats: Walk["found"][0]["stats"],
): Promise<RunFile | null> {
  if (Number(stats.size) > limits.fileBytes) {
    leftOut.push(`${at} (larger than ${limits.fileBytes} bytes)`);
    return null;
  }
  const file = await describeFile(root, at);
  if (file === null) leftOut.push(`${at} (it cannot be read)`);
  return file;
}

/**
 * The current state of a file.
 *
 * @param at - Its path, relative to the folder.
 * @returns null if it cannot be read or no longer exists.
 */
export async function describeFile(folder: string, at: string): Promise<ContentFile | null> {
  const file = path.join(folder, at);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    const { mtimeMs, mode } = await lstat(file);
    // Counted instead of taken from stat, because the file may be growing.
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    const isExecutable = (mode & 0o100) !== 0;
    const content = { sha256: hash.digest("hex"), sizeBytes, modifiedMs: mtimeMs };
    return { kind: "file", path: at, ...content, ...(isExecutable && { isExecutable }) };
  } catch {
    return null;
  }
}

async function toLink({ root, leftOut }: Walk, at: string): Promise<RunFile | null> {
  const folder = path.dirname(path.join(root, at));
  const target = path.relative(folder, path.resolve(folder, await readlink(path.join(root, at))));
  const portable = target.split(path.sep).join("/");
  if (isInnerTarget(at, portable)) return { kind: "link", path: at, target: portable };
  leftOut.push(`${at} (a link that leads out of the folder)`);
  return null;
}

function refuseTooMuch({ root, found, limits }: Walk): void {
  const files = found.map(({ path: at, stats }) => ({
    kind: "file" as const,
    path: at,
    sha256: "",
    modifiedMs: 0,
    // A larger file is excluded.
    sizeBytes: Number(stats.size) > limits.fileBytes ? 0 : Number(stats.size),
  }));
  const why = whyTooLarge(files, limits);
  if (why === undefined) return;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_FILES_TOO_LARGE",
    message: `The files of ${root} exceed the limits of a run's workspace. ${why}`,
    hint: "Exclude files with a .sameignore, select the files that the notebook needs with --files GLOB, or use none with --no-files.",
  });
}

function warningsOf({ leftOut }: Walk): string[] {
  if (leftOut.length === 0) return [];
  const more = leftOut.length - MAX_NAMED;
  const named = `${leftOut.slice(0, MAX_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return [`Not all of the notebook's folder is in the run's workspace: ${named} left out.`];
}

const relativeTo = ({ root }: Walk, file: string): string => path.relative(root, file).split(path.sep).join("/");
