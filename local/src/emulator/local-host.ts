import type { AllowedUsers, LogSink } from "@same-kit/shared";
import type { InstanceStatus, TaskHubClient } from "../engine/client.ts";
import type { EventLog } from "../events/event-log.ts";
import type { HostEvent } from "../events/host-event.ts";
import type { HostedFunction, HttpsOptions } from "../host/index.ts";
import type { RunsSource } from "../inspector/index.ts";
import type { LocalStorage } from "./open-local-storage.ts";
import type { StorageChoice } from "./storage-choice.ts";

export type LocalOptions = {
  /** A folder with host.json and package.json; default: same-kit's own app. */
  appDir?: string | undefined;
  /** Usually `.same-kit` next to the user's files; created if it is missing. */
  stateDir: string;
  /** Default: the app's own choice, else 7071; 0 takes any free port. */
  port?: number | undefined;
  /** Default: Azurite with its data in the state folder. */
  storage?: StorageChoice | undefined;
  /** Settings that win over local.settings.json and the environment. */
  appSettings?: Readonly<Record<string, string>>;
  /** Default: what host.json says, else one per app folder. */
  hubName?: string | undefined;
  /** Takes a numbered hub next to that one where another host of this state folder works on it; default false. */
  isAloneOnHub?: boolean;
  /** Drops the values of outputs that nothing here writes, instead of failing the call; default false. */
  ignoreOutputs?: boolean | undefined;
  /** Reload when the app's files change; default false. */
  watch?: boolean | undefined;
  /** The Node of the worker: a version, a range or an executable's path; absent or null: what the app's files ask for, else ours. */
  node?: string | null;
  /** `true`, a port or `host:port`: the worker listens for a debugger there. */
  inspect?: boolean | string | undefined;
  /** Host names besides localhost, 127.0.0.1 and ::1 that requests may be addressed to. */
  allowedHosts?: readonly string[] | undefined;
  /** Origins whose pages may call, besides `Host.CORS` of local.settings.json. */
  allowedOrigins?: readonly string[] | undefined;
  /** Lets pages of the allowed origins send cookies; default: what local.settings.json says. */
  allowCredentials?: boolean | undefined;
  /** Asks for keys as Azure does; default false. */
  requireKeys?: boolean | undefined;
  /** Absent: HTTP. */
  https?: HttpsOptions | undefined;
  /** Runs the app as badly as a cloud may, by this seed: see `HostileInvoker` and `HostileDelivery`. */
  hostile?: number | undefined;
  /** Who may connect to its ports besides this process's user and root; default: nobody. */
  allowUsers?: AllowedUsers | undefined;
  /** Serves the inspector's page; absent: there is none. */
  inspector?: { runs?: RunsSource };
  onLog?: LogSink;
  /** Called for every event, those of `onLog` among them. */
  onEvent?: ((event: HostEvent) => void) | undefined;
  /** Runs before anything in the hub continues, so that instances can be suspended first. */
  beforeWork?: ((hub: Pick<LocalHost, "client" | "hubName" | "storage">) => Promise<void>) | undefined;
  /** The host runs in the background and prints to this file. */
  detachedLogFile?: string | undefined;
  /** Stops everything when it aborts. */
  signal?: AbortSignal;
};

/** A Functions host with its storage and its Durable engine. */
export interface LocalHost {
  /** `http://localhost:<port>`, or with https. */
  readonly url: string;
  readonly port: number;
  readonly functions: readonly HostedFunction[];
  /** The list of functions as `func start` prints it. */
  readonly functionListText: string;
  readonly hubName: string;
  /** Process id of the app's worker. */
  readonly workerPid: number | undefined;
  /** The Node that the app runs on, such as `24.1.0`. */
  readonly nodeVersion: string | undefined;
  readonly storage: Readonly<Pick<LocalStorage, "description" | "connectionString" | "hasLostWrites" | "pid">>;
  readonly client: TaskHubClient;
  /** What happens on it, from its start on. */
  readonly events: Pick<EventLog, "read">;
  /**
   * Runs that had not ended when Azurite's crash cost writes (see `storage.hasLostWrites`): a message or a row of theirs may
   * be gone, so that they never end. Purge them and start them again.
   */
  readonly possiblyCorruptRuns: readonly InstanceStatus[];
  /** Resolves with the reason when the host cannot continue (it lost its worker or its storage); call `stop()` then. */
  readonly failed: Promise<Error>;
  /** The address of its inspector; null: it serves none. */
  readonly inspectorUrl: string | null;
  /** The key that opens the management API where keys are asked for. */
  managementKey(): string;
  /** Stops what was started, last first. Safe to call twice. */
  stop(): Promise<void>;
  /** As `stop`, for when nobody waits for what still runs: the worker ends first, with all that it does. */
  abandon(): Promise<void>;
}
