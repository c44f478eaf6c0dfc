import type { AllowedUsers } from "@same-kit/shared";
import type { AzuritePorts } from "../endpoints.ts";

/**
 * The child's options, passed as JSON in the single argument of its command line, by which others find the folder of a
 * running Azurite.
 */
export type ChildOptions = {
  /** Folder of the data; null keeps it in memory. */
  location: string | null;
  ports: AzuritePorts;
  /** Port for connections of the public account; see `entrance.ts`. */
  entrancePort: number;
  /**
   * File descriptors of the open ports: blob, queue, table, entrance; null where the platform cannot pass them on
   * (Windows).
   */
  socketFds: readonly [number, number, number, number] | null;
  /** Who may connect besides this user and root; "all" or ids. */
  allowUsers: AllowedUsers;
  /** The files through which it is shared; null: only the process that started it uses it. */
  sharing: AzuriteFiles | null;
  /** Log file to delete when the parent exits, because no one could read it afterwards; null: keep the log. */
  ownLogFile: string | null;
};

/** The account key is passed in the environment: other users can read a command line, but not an environment. */
export const KEY_VARIABLE = "SAME_KIT_AZURITE_KEY";

/** The files through which several hosts share one Azurite. */
export type AzuriteFiles = {
  /** Folder with one claim file per user. */
  claimsDir: string;
  /** Which process runs it, and on which ports. */
  recordFile: string;
  /** Lock for starting, joining and stopping it. */
  lockFile: string;
};

/** File in the data folder while Azurite has it open. If it exists at start-up, the last use did not end cleanly. */
export const OPEN_MARK = "in-use";

/**
 * The argument of a process that is started before its options are known: so long that the system has room for the
 * options in its place.
 */
export const SPARE_ARGUMENT = `spare${" ".repeat(4000)}`;

export type ChildMessage = { kind: "ready" } | Waiting;
export const READY: ChildMessage = { kind: "ready" };
/** A spare process has opened its entrance. */
export type Waiting = { kind: "waiting"; entrancePort: number };

export type ParentMessage = { kind: "stop" } | Order;
export const STOP: ParentMessage = { kind: "stop" };
/** Tells a spare process what it is for. `logFile` receives its output from now on. */
export type Order = { kind: "open"; options: ChildOptions; accountKey: string; logFile: string };
