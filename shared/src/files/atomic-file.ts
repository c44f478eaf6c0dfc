import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

// Unless a caller says otherwise: what same-kit writes is for its user alone.
const PRIVATE_MODE = 0o600;

export type AtomicWriteOptions = { mode?: number };

/**
 * Creates or replaces `file` so that a reader, or a crash, sees the old content or the new one and never a part. The folder of
 * `file` must exist.
 *
 * @param write - Writes to the path that it is given, in the folder of `file`; what it returns is returned.
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
 * Creates `folder` with all its content or not at all. Where another process was faster, its folder stays and ours is removed.
 *
 * @param fill - Makes and fills the folder that it is given, next to `folder`.
 */
export async function createFolderAside(folder: string, fill: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  await writeAside(folder, fill).catch((error: NodeJS.ErrnoException) => {
    const isTaken = error.syscall === "rename" && existsSync(folder);
    if (!isTaken) throw error;
  });
}

/** Writes a file through {@link writeAside}, and makes its folder; `mode` default: for its owner only. */
export async function writeFileAtomic(
  file: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  { mode = PRIVATE_MODE }: AtomicWriteOptions = {},
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeAside(file, (draft) => writeFile(draft, content, { mode }));
}

/** Like {@link writeFileAtomic}, for what must be on disk before the next line runs. */
export function writeFileAtomicSync(
  file: string,
  content: string | Uint8Array,
  { mode = PRIVATE_MODE }: AtomicWriteOptions = {},
): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = draftOf(file);
  try {
    writeFileSync(draft, content, { mode });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

export async function writeJsonAtomic(file: string, value: unknown): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** @returns `undefined` where there is no such file, or its content is not JSON. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A new name each time: two writers of one file do not share a draft, and a draft that a crash left is not reused. */
const draftOf = (file: string): string => `${file}.${randomUUID()}.part`;
