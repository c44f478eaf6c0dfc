import { chmodSync, mkdirSync, statSync } from "node:fs";

const PRIVATE_FOLDER_MODE = 0o700;

/**
 * Creates a folder that only its owner can open, whatever the umask; an existing folder is closed to others. On
 * Windows, such folders are private because of their location, below the user's own folder.
 *
 * @returns Whether the folder was created.
 * @throws `EPERM` if an existing folder belongs to another user.
 */
export async function makePrivateFolder(folder: string): Promise<boolean> {
  const made = mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  await closeToOthers(folder);
  return made !== undefined;
}

/** Like {@link makePrivateFolder}, for a folder that must already exist. */
export async function closeToOthers(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = statSync(folder);
  if ((mode & 0o777) !== PRIVATE_FOLDER_MODE) chmodSync(folder, PRIVATE_FOLDER_MODE);
}
