import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { HostError } from "./errors.ts";
import type { AppFunction } from "./functions/app-function.ts";
import type { HostedFunction, HostState } from "./host-options.ts";
import type { InvocationCall } from "./invocation-call.ts";

/** A running host. Everything it reports reflects the app as last loaded. */
export type StopOptions = {
  drainTimeoutMs?: number;
  /** Called when no code of the app is running any more; the worker's process ends some milliseconds later. */
  onAppEnded?: () => void;
};

export interface FunctionsHost {
  /** `http://localhost:<port>`, or https. */
  readonly url: string;
  readonly port: number;
  /** PEM file with the host's self-signed certificate, if it serves HTTPS with one. */
  readonly trustFile: string | undefined;
  readonly state: HostState;
  readonly functions: readonly HostedFunction[];
  /** The list of functions as `func start` prints it. */
  readonly functionListText: string;
  /** The app's environment: settings from all sources. */
  readonly env: Readonly<Record<string, string>>;
  /** Its identifier in its storage account. */
  readonly hostId: string;
  /** `extensions` of host.json by name in lower case; empty while no app is loaded. */
  readonly extensionSettings: Readonly<Record<string, unknown>>;
  /** Process id of the current worker. */
  readonly workerPid: number | undefined;
  /** The worker's Node.js version, such as `24.1.0`. */
  readonly nodeVersion: string | undefined;
  /** Resolves with the reason when the host stops restarting its worker; stays pending otherwise. */
  readonly failed: Promise<HostError>;
  /** The key for `/runtime/webhooks/<extension>`; created on first use. */
  systemKey(extension: string): string;
  registeredFunctions(): readonly AppFunction[];
  /** Resolves when the app has loaded for the first time, which a change of its files may make possible; null if it has. */
  untilLoaded(): Promise<void> | null;
  /**
   * Calls a function on behalf of an extension that starts its trigger. Waits for a worker; never rejects.
   *
   * @returns `undefined` if `find` returns no function.
   */
  invoke(
    find: (functions: readonly AppFunction[]) => AppFunction | undefined,
    call: Omit<InvocationCall, "fn"> & {
      /** Retries according to the function's own `retry`, as its trigger requires; the last result counts. */
      mayRetry?: boolean;
    },
  ): Promise<WorkerInvocationResult | undefined>;
  /** Reloads the app in a new worker, while the old one finishes its calls. */
  reload(): Promise<void>;
  /** Gives running invocations time to finish, then ends the worker. Safe to call twice: the first call counts. */
  stop(options?: StopOptions): Promise<void>;
}
