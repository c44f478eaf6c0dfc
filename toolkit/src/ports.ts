// What use cases need from outside, as types; `adapters/` has the real things, tests have small fakes.

import type { EventFilter, HostEvent, HttpsOptions, NumberedEvent, RunningHost, TaskHubClient } from "@same-kit/local";
import type { Hint, LogSink } from "@same-kit/shared";

export type { HostEvent, RunningHost } from "@same-kit/local";

/** What a phase reports while it runs. */
export type PhaseProgress = {
  /** Replaces the current status line. */
  say(text: string): void;
  /** Adds a line that stays. */
  note(text: string): void;
  /** Shows a line that is going to be overwritten, as progress bars are: in its place, or from time to time where nothing is drawn. */
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
  /** Null: our own app. */
  appDir: string | null;
  /** Null: the app's own choice, else 7071; 0: any free one. */
  port: number | null;
  /** As `--storage` takes it; null: Azurite on disk. */
  storage: string | null;
  /** Null: the app's own. */
  hubName: string | null;
  /** Uses a second hub next to that one if another host works on it. */
  isAloneOnHub: boolean;
  /** The interpreter; null: the app's own search. */
  python: string | null;
  /** Environments are made of what is on this machine; default false. */
  isOffline?: boolean;
  /** The Node of the app's worker: a version, a range or a path; null: what its files ask for, else ours. */
  node?: string | null;
  /** True, a port or `host:port`: the worker listens for a debugger there. */
  inspect: boolean | string;
  /** Settings that win over those of the app and of the environment. */
  appSettings?: Readonly<Record<string, string>>;
  /** Drops the values of outputs that nothing writes locally, instead of failing the call; default false. */
  ignoreOutputs?: boolean;
  /** Host names besides the loopback ones that requests may be addressed to. */
  allowedHosts?: readonly string[];
  /** Origins whose pages may call, besides those of local.settings.json. */
  allowedOrigins?: readonly string[];
  /** Lets their pages send cookies; absent: as local.settings.json says. */
  allowCredentials?: boolean;
  /** Asks for keys as Azure does; default false. */
  requireKeys?: boolean;
  /** Absent: HTTP. */
  https?: HttpsOptions;
  /** The seed of hostile running; null: as usual. */
  hostile: number | null;
  watch: boolean;
  onLog: LogSink;
  /** Called for everything that happens on the host, lines of its log among them. */
  onEvent?: (event: HostEvent) => void;
  /** The file that a host in the background prints to. */
  detachedLogFile: string | null;
  /** Runs before any work in the hub continues. */
  beforeWork?: (hub: IdleHub) => Promise<void>;
};

/** What happens on a host, whether this process runs it or another. */
export interface HostEvents {
  /**
   * The position is taken before this resolves: all later events are read.
   *
   * @returns null if the host cannot report events, as one of another version. They end when `signal` aborts or the host stops;
   * a connection that breaks is an error.
   */
  open(filter: EventFilter, signal: AbortSignal): Promise<AsyncIterable<NumberedEvent> | null>;
}

/** A host that this process runs. */
export type BootedHost = {
  url: string;
  port: number;
  hubName: string;
  storage: string;
  /** Whether a crash of the storage cost writes that it had acknowledged. */
  hasLostWrites: boolean;
  functionListText: string;
  /** The address of its inspector; null: it serves none. */
  inspectorUrl: string | null;
  /** The Node that the app runs on. */
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
  /** Starts `same-kit` with these arguments in the background, and waits until its host serves. */
  bootDetached(options: {
    stateDir: string;
    args: readonly string[];
    cwd: string;
    env: NodeJS.ProcessEnv;
    /** Ends the host if it aborts before the host serves. */
    signal: AbortSignal;
  }): Promise<RunningHost>;
  listHosts(stateDir: string): Promise<RunningHost[]>;
  /** The connection string of a host's storage, with its key; `undefined` when it has ended. */
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
