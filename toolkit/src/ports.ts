// What use cases need from outside, as types; `adapters/` contains the implementations, tests use small fakes.

import type { EventFilter, HostEvent, HttpsOptions, NumberedEvent, RunningHost, TaskHubClient } from "@same-kit/local";
import type { Hint, LogSink } from "@same-kit/shared";

export type { HostEvent, RunningHost } from "@same-kit/local";

/** Progress of a phase. */
export type PhaseProgress = {
  /** Replaces the current status line. */
  say(text: string): void;
  /** Adds a line that stays. */
  note(text: string): void;
  /** Shows a line that will be overwritten, as progress bars are: in place, or periodically if nothing is drawn. */
  rewrite(text: string): void;
};

/** Shows work that runs in phases, one after the other; `ui/` draws it. */
export interface PhaseView {
  /** Runs `work` under a title, with a spinner and elapsed time if there is a terminal. */
  phase<Value>(title: string, work: (progress: PhaseProgress) => Promise<Value>): Promise<Value>;
  skipped(title: string, why: string): void;
  lines(lines: readonly Hint[]): void;
  /** @throws UsageError `ERR_CONFIRMATION_NEEDED` without a terminal. */
  confirm(question: string): Promise<boolean>;
}

/** A task hub on which no work has started yet. */
export type IdleHub = { client: TaskHubClient; hubName: string; storage: string; hasLostWrites: boolean };

export type BootOptions = {
  stateDir: string;
  /** Null: same-kit's own app. */
  appDir: string | null;
  /** Null: the app's own setting, otherwise 7071; 0: any free port. */
  port: number | null;
  /** In the form of `--storage`; null: Azurite on disk. */
  storage: string | null;
  /** Null: the app's own. */
  hubName: string | null;
  /** If another host works on the hub, uses a numbered hub next to it. */
  needsOwnHub: boolean;
  /** The interpreter; null: the app's own search. */
  python: string | null;
  /** Environments are created from packages on this machine; default false. */
  isOffline?: boolean;
  /** The Node of the app's worker: a version, a range or a path; null: the one that the app's files ask for, otherwise ours. */
  node?: string | null;
  /** True, a port or `host:port`: where the worker listens for a debugger. */
  inspect: boolean | string;
  /** Settings that override those of the app and of the environment. */
  appSettings?: Readonly<Record<string, string>>;
  /** Drops the values of unsupported output bindings instead of failing the call; default false. */
  ignoreOutputs?: boolean;
  /** Host names in addition to the loopback names to which requests may be addressed. */
  allowedHosts?: readonly string[];
  /** Origins whose pages may send requests, in addition to those in local.settings.json. */
  allowedOrigins?: readonly string[];
  /** Lets their pages send cookies; absent: the setting in local.settings.json. */
  allowCredentials?: boolean;
  /** Requires keys, as Azure does; default false. */
  requireKeys?: boolean;
  /** Absent: HTTP. */
  https?: HttpsOptions;
  /** The seed of hostile mode; null: off. */
  hostile: number | null;
  watch: boolean;
  onLog: LogSink;
  /** Called for each event of the host, including its log lines. */
  onEvent?: (event: HostEvent) => void;
  /** The file that receives the output of a background host. */
  detachedLogFile: string | null;
  /** Runs before work in the hub continues. */
  beforeWork?: (hub: IdleHub) => Promise<void>;
  /** Ends the start, or stops the host, when it aborts. */
  signal?: AbortSignal;
};

/** The events of a host, in this process or another one. */
export interface HostEvents {
  /**
   * The position is fixed before this resolves: all later events are read.
   *
   * @returns null if the host cannot report events, for example if it has another version. They end when `signal` aborts or the host
   * stops; a broken connection is an error.
   */
  open(filter: EventFilter, signal: AbortSignal): Promise<AsyncIterable<NumberedEvent> | null>;
}

/** A host that this process runs. */
export type BootedHost = {
  url: string;
  port: number;
  hubName: string;
  storage: string;
  /** Whether a crash of the storage lost writes that it had acknowledged. */
  hasLostWrites: boolean;
  functionListText: string;
  /** The address of its inspector; null if it has none. */
  inspectorUrl: string | null;
  /** The Node version that runs the app. */
  nodeVersion: string | undefined;
  client: TaskHubClient;
  events: HostEvents;
  /** Resolves with the reason when the host cannot continue. */
  failed: Promise<Error>;
  stop(): Promise<void>;
  /** Stops without waiting for running work. */
  abandon(): Promise<void>;
};

/** The local emulator. */
export interface Emulator {
  boot(options: BootOptions): Promise<BootedHost>;
  /** Starts `same-kit` with these arguments in the background, and waits until its host accepts requests. */
  bootDetached(options: {
    stateDir: string;
    args: readonly string[];
    cwd: string;
    env: NodeJS.ProcessEnv;
    /** If this aborts before the host accepts requests, ends the host. */
    signal: AbortSignal;
  }): Promise<RunningHost>;
  listHosts(stateDir: string): Promise<RunningHost[]>;
  /** The connection string of a host's storage, with its key; `undefined` if the host has stopped. */
  connectionStringOf(stateDir: string, host: RunningHost): Promise<string | undefined>;
  stopHost(stateDir: string, host: RunningHost): Promise<void>;
  readLog(host: RunningHost, follow?: { signal: AbortSignal }): AsyncIterable<string>;
  /** The folder of the app that same-kit deploys. */
  ownAppDir: string;
}

/** One instance as the management API shows it. */
export type InstanceItem = {
  name: string;
  instanceId: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  createdTime: string;
  lastUpdatedTime: string;
  historyEvents?: readonly Record<string, unknown>[];
};

export type InstanceFilter = {
  prefix?: string | undefined;
  /** `Running`, `Failed` …; empty: all. */
  statuses: readonly string[];
  /** ISO 8601. */
  from?: string | undefined;
  to?: string | undefined;
};
