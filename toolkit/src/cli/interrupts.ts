// The one place that listens for signals. Everything else gets an AbortSignal.

import { exitCodeOf } from "../commands/exit-code.ts";

type Interrupts = {
  /** Aborts at the first Ctrl-C or termination signal. */
  signal: AbortSignal;
  /** Aborts at the second one; the process exits when all listeners have returned. */
  leaveNow: AbortSignal;
  endedBy(): NodeJS.Signals | null;
  /** Stops listening. */
  stop(): void;
};

const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * @param leaveGraceMs - How long listeners of `leaveNow` may take. Without it, the second signal ends the process at once:
 * its child processes notice that and exit by themselves.
 */
export function listenForInterrupts({ leaveGraceMs = 0 }: { leaveGraceMs?: number } = {}): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  let endedBy: NodeJS.Signals | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    endedBy ??= name;
    if (!first.signal.aborted) return first.abort(new Error(`Interrupted by ${name}.`));
    second.abort(new Error("Interrupted again."));
    const leave = () => process.exit(exitCodeOf(endedBy as NodeJS.Signals));
    if (leaveGraceMs === 0) leave();
    else setTimeout(leave, leaveGraceMs).unref();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: first.signal,
    leaveNow: second.signal,
    endedBy: () => endedBy,
    stop: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
