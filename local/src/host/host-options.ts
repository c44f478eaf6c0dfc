import type { AllowedUsers, Logger } from "@same-kit/shared";
import type { HostEvent } from "../events/host-event.ts";
import type { Tracer } from "../telemetry/index.ts";
import type { SpareWorker } from "../worker/spare-worker.ts";
import type { DevelopmentStorage } from "./config/development-storage.ts";
import type { HostExtension } from "./host-extension.ts";
import type { HttpsOptions } from "./http/https-certificate.ts";

export type FunctionsHostOptions = {
  /** The folder with host.json and package.json. */
  appDir: string;
  /** Default: `Host.LocalHttpPort` of local.settings.json, or 7071; 0 takes any free port. */
  port?: number | undefined;
  /** Settings that take precedence over local.settings.json and the environment, such as `AzureWebJobsStorage`. */
  appSettings?: Readonly<Record<string, string>>;
  /** The emulator that the app reaches if it names the machine's emulator; absent: whatever listens there. */
  developmentStorage?: DevelopmentStorage | undefined;
  /** The environment that the worker inherits. Default: this process's. */
  env?: NodeJS.ProcessEnv;
  extensions?: readonly HostExtension[];
  log: Logger;
  /** Loads the app if it can; otherwise, a process is started. */
  spareWorker?: SpareWorker | undefined;
  /** Called when a process that will load the app has been started. */
  onWorkerForked?: (() => void) | undefined;
  /** Called for every event except lines, which go to `log`. */
  onEvent?: (event: HostEvent) => void;
  /** The time that the app's code sees when a call begins. Default: the machine's. */
  now?: (() => Date) | undefined;
  /** Drops the values of outputs that no extension here writes, instead of failing the call. Default: false. */
  ignoreOutputs?: boolean | undefined;
  /** Reloads when the app's files change. Default: false. */
  watch?: boolean | undefined;
  /**
   * The worker's Node.js: a version, a range or an executable's path. Absent or null: the version that the app's files
   * require, or ours.
   */
  node?: string | null;
  /** `true`, a port or `host:port`: the worker listens for a debugger there. */
  inspect?: boolean | string | undefined;
  /** Folder of keys.json; absent: keys are kept in memory. */
  stateDir?: string;
  /** Enforces authorization levels and keys. Default: false, like `func start`. */
  requireKeys?: boolean | undefined;
  /** Host names besides localhost, 127.0.0.1 and ::1 that requests may be addressed to. */
  allowedHosts?: readonly string[] | undefined;
  /**
   * Users who may connect besides this process's user and root. Default: none. Effective only where the system reports
   * a connection's user.
   */
  allowUsers?: AllowedUsers | undefined;
  /** Origins whose pages may call, besides `Host.CORS` of local.settings.json; `*` allows all. */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * Lets pages of the allowed origins send cookies, unless these are `*`. Default: `Host.CORSCredentials` of
   * local.settings.json.
   */
  allowCredentials?: boolean | undefined;
  /** Serves HTTPS instead of HTTP; requires `stateDir`. */
  https?: HttpsOptions | undefined;
  /** Worker crashes within 30 minutes after which the host gives up. Default: 3, as in Azure. */
  maxWorkerCrashes?: number;
  /** How long `stop()` and a reload wait for running invocations. Default: 10 s on stop, functionTimeout on reload. */
  drainTimeoutMs?: number;
  /** Receives the spans of requests and functions; absent: tracing is off. */
  tracer?: Tracer | undefined;
  /** Stops the host when it aborts. */
  signal?: AbortSignal;
};

/** A function as served by the host. */
export type HostedFunction = {
  name: string;
  /** As registered, such as `httpTrigger`. */
  triggerType: string;
  /** For an HTTP function: the URL with its route template. */
  url?: string;
  /** For an HTTP function, upper case; empty: all. */
  methods?: readonly string[];
  isDisabled: boolean;
  /** Whether the host or an extension starts this trigger; otherwise only the admin API can run the function. */
  isTriggerStarted: boolean;
  /** A remark for the user. */
  note?: string;
  /** Why the function is not served. */
  errors: readonly string[];
};

export type HostState = "Starting" | "Running" | "Error" | "Stopping" | "Stopped";
