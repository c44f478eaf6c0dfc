import type { AllowedUsers, LogSink } from "@same-kit/shared";
import type { InstanceStatus, TaskHubClient } from "../engine/client.ts";
import type { EventLog } from "../events/event-log.ts";
import type { HostEvent } from "../events/host-event.ts";
import type { HostedFunction, HttpsOptions } from "../host/index.ts";
import type { RunsSource } from "../inspector/index.ts";
import type { LocalStorage } from "./open-local-storage.ts";
import type { SpareProcesses } from "./spare-processes.ts";
import type { StorageChoice } from "./storage-choice.ts";

export type LocalOptions = {
  /** A folder with host.json and package.json. Default: same-kit's own app. */
  appDir?: string | undefined;
  /** Usually `.same-kit` next to the user's files; created if missing. */
  stateDir: string;
  /** Default: the port that the app chooses, or 7071; 0 takes any free port. */
  port?: number | undefined;
  /** Default: Azurite with its data in the state folder. */
  storage?: StorageChoice | undefined;
  /** Settings that take precedence over local.settings.json and the environment. */
  appSettings?: Readonly<Record<string, string>>;
  /** Default: the name in host.json, or one per app folder. */
  hubName?: string | undefined;
  /** Uses a numbered hub next to it if another host of this state folder works on it. Default: false. */
  needsOwnHub?: boolean;
  /** Drops the values of outputs that no extension here writes, instead of failing the call. Default: false. */
  ignoreOutputs?: boolean | undefined;
  /** Reloads when the app's files change. Default: false. */
  watch?: boolean | undefined;
  /**
   * The worker's Node.js: a version, a range or an executable's path. Absent or null: the version that the app's files
   * require, or ours.
   */
  node?: string | null;
  /** Are used where they can be; otherwise, processes are started. */
  spares?: SpareProcesses | undefined;
  /** `true`, a port or `host:port`: the worker listens for a debugger there. */
  inspect?: boolean | string | undefined;
  /** Host names besides localhost, 127.0.0.1 and ::1 that requests may be addressed to. */
  allowedHosts?: readonly string[] | undefined;
  /** Origins whose pages may call, besides `Host.CORS` of local.settings.json. */
  allowedOrigins?: readonly string[] | undefined;
  /** Lets pages of the allowed origins send cookies. Default: the setting in local.settings.json. */
  allowCredentials?: boolean | undefined;
  /** Requires keys as Azure does. Default: false. */
  requireKeys?: boolean | undefined;
  /** Absent: HTTP. */
  https?: HttpsOptions | undefined;
  /**
   * Runs the app under the worst conditions that a cloud permits, with this random seed: see `HostileInvoker` and
   * `HostileDelivery`.
   */
  hostile?: number | undefined;
  /** Who may connect to its ports besides this process's user and root. Default: no one. */
  allowUsers?: AllowedUsers | undefined;
  /** Serves the inspector's page; absent: no inspector. */
  inspector?: { runs?: RunsSource };
  onLog?: LogSink;
  /** Called for every event, including those of `onLog`. */
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
  /** `http://localhost:<port>`, or https. */
  readonly url: string;
  readonly port: number;
  readonly functions: readonly HostedFunction[];
  /** The list of functions as `func start` prints it. */
  readonly functionListText: string;
  readonly hubName: string;
  /** Process id of the app's worker. */
  readonly workerPid: number | undefined;
  /** Version of the app's Node.js, such as `24.1.0`. */
  readonly nodeVersion: string | undefined;
  readonly storage: Readonly<Pick<LocalStorage, "description" | "connectionString" | "hasLostWrites" | "pid">>;
  readonly client: TaskHubClient;
  /** The host's events, from its start. */
  readonly events: Pick<EventLog, "read">;
  /**
   * Runs that had not ended when a crash of Azurite lost writes (see `storage.hasLostWrites`): one of their messages or
   * rows may be missing, so they may never end. Purge them and start them again.
   */
  readonly possiblyCorruptRuns: readonly InstanceStatus[];
  /**
   * Resolves with the reason if the host cannot continue because it lost its worker or its storage; call `stop()` then.
   */
  readonly failed: Promise<Error>;
  /** URL of its inspector; null: it serves none. */
  readonly inspectorUrl: string | null;
  /** The key for the management API, for when keys are required. */
  managementKey(): string;
  /** Stops everything that was started, in reverse order. Safe to call twice. */
  stop(): Promise<void>;
  /** Like `stop`, but does not wait for running work: the worker is ended first. */
  abandon(): Promise<void>;
}
