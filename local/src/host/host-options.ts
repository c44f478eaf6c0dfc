import type { AllowedUsers, Logger } from "@same-kit/shared";
import type { HostEvent } from "../events/host-event.ts";
import type { Tracer } from "../telemetry/index.ts";
import type { DevelopmentStorage } from "./config/development-storage.ts";
import type { HostExtension } from "./host-extension.ts";
import type { HttpsOptions } from "./http/https-certificate.ts";

export type FunctionsHostOptions = {
  /** The folder with host.json and package.json. */
  appDir: string;
  /** Default: `Host.LocalHttpPort` of local.settings.json, else 7071; 0 takes any free port. */
  port?: number | undefined;
  /** Settings that win over local.settings.json and the environment, such as `AzureWebJobsStorage`. */
  appSettings?: Readonly<Record<string, string>>;
  /** The emulator that the app finds where it names that of the machine; absent: whatever listens there. */
  developmentStorage?: DevelopmentStorage | undefined;
  /** The environment the worker inherits; default: this process's. */
  env?: NodeJS.ProcessEnv;
  extensions?: readonly HostExtension[];
  log: Logger;
  /** Called when a process that will load the app has been started. */
  onWorkerForked?: (() => void) | undefined;
  /** Called for every event except lines, which go to `log`. */
  onEvent?: (event: HostEvent) => void;
  /** What the app's code takes for the time when a call begins; absent: the machine's. */
  now?: (() => Date) | undefined;
  /** Drops the values of outputs that nothing here writes, instead of failing the call; default false. */
  ignoreOutputs?: boolean | undefined;
  /** Reload when the app's files change; default false. */
  watch?: boolean | undefined;
  /** The Node of the worker: a version, a range or an executable's path; absent or null: what the app's files ask for, else ours. */
  node?: string | null;
  /** `true`, a port or `host:port`: the worker listens for a debugger there. */
  inspect?: boolean | string | undefined;
  /** Where keys.json is kept; absent: keys live in memory. */
  stateDir?: string;
  /** Enforce authorization levels and keys; default false, as `func start`. */
  requireKeys?: boolean | undefined;
  /** Host names besides localhost, 127.0.0.1 and ::1 that requests may be addressed to. */
  allowedHosts?: readonly string[] | undefined;
  /** Users who may connect besides this process's user and root; default: nobody. Effective only if the system reports a connection's user. */
  allowUsers?: AllowedUsers | undefined;
  /** Origins whose pages may call, besides `Host.CORS` of local.settings.json; `*` allows all. */
  allowedOrigins?: readonly string[] | undefined;
  /** Lets pages of the allowed origins send cookies, unless these are `*`; default: `Host.CORSCredentials` of local.settings.json. */
  allowCredentials?: boolean | undefined;
  /** Serve HTTPS instead of HTTP; needs `stateDir`. */
  https?: HttpsOptions | undefined;
  /** Crashes of the worker within 30 minutes after which the host gives up; default 3, as in Azure. */
  maxWorkerCrashes?: number;
  /** How long `stop()` and a reload wait for running invocations; default 10 s on stop, functionTimeout on reload. */
  drainTimeoutMs?: number;
  /** Takes the spans of requests and functions; absent: there are none. */
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
  /** Nothing here starts this trigger; the admin API can run it by hand. */
  isTriggerStarted: boolean;
  /** A remark about it for the user. */
  note?: string;
  /** Why the function is not served. */
  errors: readonly string[];
};

export type HostState = "Starting" | "Running" | "Error" | "Stopping" | "Stopped";
