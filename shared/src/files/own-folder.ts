import { lstatSync, mkdirSync, type Stats } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";

const OTHERS_MAY_WRITE = 0o022;

/**
 * Whether `folder` is a real folder, not a link, that belongs to this user and is not writable by other users. On
 * systems without user ids, only the first condition is checked.
 *
 * @param uid - Default: the user of this process.
 */
export async function isOwnFolder(folder: string, uid: number | undefined = process.getuid?.()): Promise<boolean> {
  return isOwn(await lstat(folder).catch(() => undefined), uid);
}

function isOwn(stats: Stats | undefined, uid: number | undefined): boolean {
  if (stats === undefined || !stats.isDirectory()) return false;
  return uid === undefined || (stats.uid === uid && (stats.mode & OTHERS_MAY_WRITE) === 0);
}

/**
 * Creates `folder` for this user only, or reuses the one created by an earlier call. The temp folder is open to all
 * users, so anyone who knows a name may have placed a file there first.
 *
 * @throws Error if something else is at that path: a link, another user's folder, or one writable by others.
 */
export async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (!(await isOwnFolder(folder))) throw new Error(`${folder} is not a folder that only this user can write to.`);
}

/**
 * Synchronous version of {@link makeOwnFolder}.
 *
 * @returns false if something else is at that path.
 * @throws Error of the file system if the folder cannot be created.
 */
export function tryMakeOwnFolder(folder: string, uid: number | undefined = process.getuid?.()): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return isOwn(lstatSync(folder, { throwIfNoEntry: false }), uid);
}
