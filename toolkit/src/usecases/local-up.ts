import type { LogEntry } from "@same-kit/shared";
import type { BootedHost, BootOptions, Emulator } from "../ports.ts";

type LocalUpDeps = {
  emulator: Emulator;
  /** Called once it accepts requests. */
  onReady: (host: BootedHost) => void;
  onLog: (entry: LogEntry) => void;
  signal: AbortSignal;
};

/** Runs a host until it is asked to stop. @throws the error that stopped the host. */
export async function localUp(
  options: Omit<BootOptions, "onLog" | "signal">,
  { emulator, onReady, onLog, signal }: LocalUpDeps,
): Promise<void> {
  const host = await emulator.boot({ ...options, onLog, signal }).catch((error: unknown) => {
    if (error === signal.reason && signal.aborted) return null;
    throw error;
  });
  if (host === null) return;
  try {
    onReady(host);
    const error = await Promise.race([host.failed, aborted(signal)]);
    if (error !== null) throw error;
  } finally {
    await host.stop();
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
}
