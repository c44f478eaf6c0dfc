// The one place that listens for signals. Everything else gets an AbortSignal.

export type Interrupts = {
  /** Aborts at the first Ctrl-C or request to end. */
  signal: AbortSignal;
  /** Aborts at the second. */
  leaveNow: AbortSignal;
  endedBy(): NodeJS.Signals | null;
  /** Gives the signals back. */
  stop(): void;
};

const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGINT", "SIGTERM"] : ["SIGINT", "SIGTERM", "SIGHUP"];
// What `leaveNow` asks for gets this long before the process simply ends.
const LEAVE_GRACE_MS = 500;

export function listenForInterrupts(): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  let endedBy: NodeJS.Signals | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    endedBy ??= name;
    if (!first.signal.aborted) return first.abort(new Error(`Interrupted by ${name}.`));
    second.abort(new Error("Interrupted again."));
    setTimeout(() => process.exit(exitCodeOf(endedBy as NodeJS.Signals)), LEAVE_GRACE_MS).unref();
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

const NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** As a shell reports a program that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + (NUMBERS[signal] ?? 0);
}
