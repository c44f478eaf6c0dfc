import { chmod, mkdir, stat } from "node:fs/promises";

const PRIVATE_FOLDER_MODE = 0o700;

/**
 * Makes a folder that only its owner can open, whatever the umask; one that exists is closed to others. Windows keeps such folders
 * private by where they lie: below the user's own.
 *
 * @returns Whether it was made.
 * @throws `EPERM` where an existing folder belongs to another user.
 */
export async function makePrivateFolder(folder: string): Promise<boolean> {
  const made = await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  await closeToOthers(folder);
  return made !== undefined;
}

/** As {@link makePrivateFolder} for a folder that must exist. */
export async function closeToOthers(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = await stat(folder);
  if ((mode & 0o777) !== PRIVATE_FOLDER_MODE) await chmod(folder, PRIVATE_FOLDER_MODE);
}
