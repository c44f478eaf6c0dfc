import type { HostEvent } from "@same-kit/local";
import { OperationError } from "@same-kit/shared";
import type { BootedHost, BootOptions, Emulator } from "../ports.ts";
import { localUp } from "./local-up.ts";

/** What a person, an editor or a test sees of it. */
export type FuncOutput = {
  starting(): void;
  event(event: HostEvent): void;
  ready(host: Pick<BootedHost, "functionListText">): void;
};

export type FuncStartDeps = {
  emulator: Emulator;
  output: FuncOutput;
  signal: AbortSignal;
};

export type FuncStartOptions = Omit<
  BootOptions,
  "hubName" | "isAloneOnHub" | "hostile" | "watch" | "detachedLogFile" | "onLog" | "onEvent"
>;

/** Runs an app until it is asked to end, reloading it when its files change, as func does. @throws what made the host give up. */
export async function funcStart(options: FuncStartOptions, { emulator, output, signal }: FuncStartDeps): Promise<void> {
  output.starting();
  const running = localUp(
    {
      ...options,
      hubName: null,
      isAloneOnHub: false,
      hostile: null,
      watch: true,
      detachedLogFile: null,
      onEvent: (event) => output.event(event),
    },
    { emulator, signal, onReady: (host) => output.ready(host), onLog: () => {} },
  );
  await running.catch((error: unknown) => {
    throw isPortTaken(error) ? portUnavailable(error) : error;
  });
}

function isPortTaken(error: unknown): error is OperationError {
  return error instanceof OperationError && error.code === "ERR_PORT_IN_USE";
}

/** With the words that scripts around func look for. */
function portUnavailable(error: OperationError): OperationError {
  const port = /\bPort (\d+)/.exec(error.message)?.[1];
  const { code, message, hint = "" } = error;
  return new OperationError({ code, message: `Port ${port} is unavailable. ${message}`, hint, cause: error });
}
