import type { Console } from "./ui/console.ts";

/** What a command gets from the process that runs it. */
export type CommandContext = {
  cwd: string;
  env: NodeJS.ProcessEnv;
  console: Console;
  /** Aborts at the first Ctrl-C or request to end. */
  signal: AbortSignal;
  /** Aborts at the second Ctrl-C. */
  leaveNow: AbortSignal;
  /** The signal that asked the process to end, for the exit code; null if none did. */
  endedBy(): NodeJS.Signals | null;
};
