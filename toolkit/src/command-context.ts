import type { SpareProcesses } from "@same-kit/local";
import type { Console } from "./ui/console.ts";

/** What a command gets from the process that runs it. */
export type CommandContext = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  console: Console;
  /** Aborts at the first Ctrl-C or termination signal. */
  signal: AbortSignal;
  /** Aborts at the second Ctrl-C. */
  leaveNow: AbortSignal;
  /** The signal that ended the process, for the exit code; null if there was none. */
  endedBy(): NodeJS.Signals | null;
  /** For a host that this command may start. */
  spares?: SpareProcesses | undefined;
};
