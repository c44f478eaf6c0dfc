import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { readLocalFile, SMALL_BYTES } from "./read-local-file.ts";

// Default mode: files of same-kit are private to their user.
const PRIVATE_MODE = 0o600;

type AtomicWriteOptions = {
  /** Default: readable by the owner only. */
  mode?: number;
  /** Whether a missing folder is created; default true. */
  makesFolder?: boolean;
};

/**
 * Creates or replaces `file` atomically: a reader, or a crash, sees either the old content or the new content, never a
 * part of it. The folder of `file` must exist.
 *
 * @param write - Writes to the given path, in the folder of `file`; its return value is returned.
 */
export async function writeAside<Result>(file: string, write: (draft: string) => Promise<Result>): Promise<Result> {
  const draft = draftOf(file);
  try {
    const result = await write(draft);
    await rename(draft, file);
    return result;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Creates `folder` with all its content, or not at all. If another process created it first, its folder is kept and
 * ours is removed.
 *
 * @param fill - Creates and fills the folder at the given path, next to `folder`.
 */
export async function createFolderAside(folder: string, fill: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  await writeAside(folder, fill).catch((error: NodeJS.ErrnoException) => {
    const isTaken = error.syscall === "rename" && existsSync(folder);
    if (!isTaken) throw error;
  });
}

/** Writes a file through {@link writeAside}; a small one synchronously, like {@link readLocalFile}. */
export async function writeFileAtomic(
  file: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  { mode = PRIVATE_MODE, makesFolder = true }: AtomicWriteOptions = {},
): Promise<void> {
  const isSmall = (typeof content === "string" || content instanceof Uint8Array) && content.length <= SMALL_BYTES;
  if (isSmall) return writeFileAtomicSync(file, content, { mode, makesFolder });
  if (makesFolder) await mkdir(path.dirname(file), { recursive: true });
  await writeAside(file, (draft) => writeFile(draft, content, { mode }));
}

/** Like {@link writeFileAtomic}, for content that must be on disk before the next line runs. */
export function writeFileAtomicSync(
  file: string,
  content: string | Uint8Array,
  { mode = PRIVATE_MODE, makesFolder = true }: AtomicWriteOptions = {},
): void {
  if (makesFolder) mkdirSync(path.dirname(file), { recursive: true });
  const draft = draftOf(file);
  try {
    writeFileSync(draft, content, { mode });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Writes indented JSON through {@link writeFileAtomic}. */
export async function writeJsonAtomic(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @returns `undefined` if the file does not exist or its content is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  try {
    if (!existsSync(file)) return undefined;
    return JSON.parse((await readLocalFile(file)).toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * A new name each time, so that two writers of one file do not share a draft, and a draft left by a crash is not
 * reused.
 */
const draftOf = (file: string): string => `${file}.${randomUUID()}.part`;
