import type { AllowedUsers } from "@same-kit/shared";
import type { AzuritePorts } from "../endpoints.ts";

/** The child's options: the single argument of its command line, as JSON. */
export type ChildOptions = {
  /** Where the data lies; null keeps it in memory. */
  location: string | null;
  ports: AzuritePorts;
  /** Where connections of the public account come in; see `entrance.ts`. */
  entrancePort: number;
  /** File descriptors of the open ports: blob, queue, table, entrance; null where the platform cannot pass them on (Windows). */
  socketFds: readonly [number, number, number, number] | null;
  /** Who may connect besides this user and root; "all" or ids. */
  allowUsers: AllowedUsers;
  /** Who else may use this Azurite; null: only its starter. */
  sharing: AzuriteFiles | null;
  /** What it prints, where that is of no use to anybody after its end; null keeps it. */
  ownLogFile: string | null;
};

/** The account's key. Other users can read a command line, not an environment. */
export const KEY_VARIABLE = "SAME_KIT_AZURITE_KEY";

/** The files by which several hosts share one Azurite. */
export type AzuriteFiles = {
  /** A file per user. */
  claimsDir: string;
  /** Who runs it, and where. */
  recordFile: string;
  /** The lock for starting, joining and ending it. */
  lockFile: string;
};

/** In the data folder while Azurite has it open: found at a start, it tells that the last use did not end cleanly. */
export const OPEN_MARK = "in-use";

export type ChildMessage = { kind: "ready" };
export const READY: ChildMessage = { kind: "ready" };
export type ParentMessage = { kind: "stop" };
export const STOP: ParentMessage = { kind: "stop" };
