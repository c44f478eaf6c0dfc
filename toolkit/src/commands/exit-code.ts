const NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The exit code that a shell reports for a program ended by a signal. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + (NUMBERS[signal] ?? 0);
}
