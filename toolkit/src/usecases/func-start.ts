import { type HostEvent, PortInUseError } from "@same-kit/local";
import type { BootedHost, BootOptions, Emulator } from "../ports.ts";
import { localUp } from "./local-up.ts";

/** What a person, an editor or a test sees of it. */
export type FuncOutput = {
  starting(): void;
  event(event: HostEvent): void;
  ready(host: Pick<BootedHost, "functionListText">): void;
};

type FuncStartDeps = {
  emulator: Emulator;
  output: FuncOutput;
  signal: AbortSignal;
};

type FuncStartOptions = Omit<
  BootOptions,
  "hubName" | "needsOwnHub" | "hostile" | "watch" | "detachedLogFile" | "onLog" | "onEvent"
>;

/** Runs an app until it is asked to stop, and reloads it when its files change, like func. @throws the error that stopped the host. */
export async function funcStart(options: FuncStartOptions, { emulator, output, signal }: FuncStartDeps): Promise<void> {
  output.starting();
  const running = localUp(
    {
      ...options,
      hubName: null,
      needsOwnHub: false,
      hostile: null,
      watch: true,
      detachedLogFile: null,
      onEvent: (event) => output.event(event),
    },
    { emulator, signal, onReady: (host) => output.ready(host), onLog: () => {} },
  );
  await running.catch((error: unknown) => {
    throw error instanceof PortInUseError ? portUnavailable(error) : error;
  });
}

/** With the words that scripts for func look for. */
function portUnavailable(error: PortInUseError): PortInUseError {
  return new PortInUseError(error.port, `Port ${error.port} is unavailable. ${error.message}`, error);
}
