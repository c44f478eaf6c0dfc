import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { TypedData } from "../worker/messages.ts";
import type { OrchestratorTrigger } from "../worker/orchestrator-trigger.ts";
import type { HostError } from "./errors.ts";
import type { AppFunction } from "./functions/app-function.ts";
import type { HostedFunction, HostState } from "./host-options.ts";

/** A running host. Everything it reports follows the app as it was loaded last. */
export interface FunctionsHost {
  /** `http://localhost:<port>` */
  readonly url: string;
  readonly port: number;
  readonly state: HostState;
  readonly functions: readonly HostedFunction[];
  /** The list of functions as `func start` prints it. */
  readonly functionListText: string;
  /** What the app sees as its environment: settings of every origin. */
  readonly env: Readonly<Record<string, string>>;
  /** Process id of the worker now at work. */
  readonly workerPid: number | undefined;
  /** Resolves with the reason when the host gave its worker up; stays pending otherwise. */
  readonly failed: Promise<HostError>;
  /** The key that opens `/runtime/webhooks/<extension>`; made when first asked for. */
  systemKey(extension: string): string;
  registeredFunctions(): readonly AppFunction[];
  /**
   * Calls a function, for an extension that starts its trigger. Waits for a worker; never rejects.
   *
   * @returns `undefined` when `find` knows none.
   */
  invoke(
    find: (functions: readonly AppFunction[]) => AppFunction | undefined,
    call: {
      triggerData?: TypedData | OrchestratorTrigger;
      triggerMetadata?: Record<string, TypedData>;
      instanceId?: string;
    },
  ): Promise<WorkerInvocationResult | undefined>;
  /** Loads the app anew beside the old worker, which finishes what it has begun. */
  reload(): Promise<void>;
  /** Lets running invocations finish for a while, then ends the worker. Safe to call twice: the first call counts. */
  stop(options?: { drainTimeoutMs?: number }): Promise<void>;
}
