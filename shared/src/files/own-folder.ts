import { lstatSync, mkdirSync, type Stats } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";

const OTHERS_MAY_WRITE = 0o022;

/**
 * Whether `folder` is a folder, not a link to one, that belongs to this user and that no other user may write to. Where the
 * system has no user ids, only the first counts.
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
 * Makes `folder` for this user alone, or takes the one that an earlier call made. The temp folder is open to all users: anyone who
 * knows a name may have placed a file there first.
 *
 * @throws Error if something else is there: a link, another user's folder, or one that others may write to.
 */
export async function makeOwnFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (!(await isOwnFolder(folder))) throw new Error(`${folder} is not a folder that only this user can write to.`);
}

/**
 * As {@link makeOwnFolder}, for code that cannot wait.
 *
 * @returns false if something else is there.
 * @throws Error of the file system if it cannot be made.
 */
export function tryMakeOwnFolder(folder: string, uid: number | undefined = process.getuid?.()): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return isOwn(lstatSync(folder, { throwIfNoEntry: false }), uid);
}
