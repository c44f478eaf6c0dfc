import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { UsageError } from "../errors.ts";
import type { PeerErrorCode } from "./errors.ts";

const run = promisify(execFile);
const MAX_UID = 2 ** 32 - 2;

/** User ids, or everyone. */
export type AllowedUsers = "all" | readonly number[];

/**
 * Parses `--allow-user`: user names or ids, or `all`; each text may contain several, separated by commas.
 *
 * @throws UsageError `ERR_UNKNOWN_USER`
 */
export async function parseAllowedUsers(texts: readonly string[]): Promise<AllowedUsers> {
  const words = texts.flatMap((text) => text.split(",")).map((word) => word.trim());
  const users = words.filter((word) => word !== "");
  if (users.includes("all")) return "all";
  return Promise.all(users.map(toUid));
}

async function toUid(user: string): Promise<number> {
  if (/^\d{1,10}$/.test(user) && Number(user) <= MAX_UID) return Number(user);
  try {
    // Asks the system, because users of a directory service are not in `/etc/passwd`.
    const { stdout } = await run("id", ["-u", "--", user]);
    return Number(stdout.trim());
  } catch (cause) {
    throw new UsageError<PeerErrorCode>({
      code: "ERR_UNKNOWN_USER",
      message: `--allow-user ${user} is not a user of this machine.`,
      hint: "Specify a user's name or number, or `all`.",
      cause,
    });
  }
}
