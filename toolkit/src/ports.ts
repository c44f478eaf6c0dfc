// What use cases need from outside, as types; `adapters/` has the real things, tests have small fakes.

import type { EventFilter, NumberedEvent, RunningHost, TaskHubClient } from "@same-kit/local";
import type { Hint, LogSink } from "@same-kit/shared";

export type { RunningHost } from "@same-kit/local";

/** What a phase can say while it runs. */
export type PhaseProgress = {
  /** The one line that stands for now. */
  say(text: string): void;
  /** A line that stays. */
  note(text: string): void;
};

/** Shows work that goes on in phases, one after the other; `ui/` draws it. */
export interface PhaseView {
  /** Runs `work` under a title, with a spinner and elapsed time where there is a terminal. */
  phase<Value>(title: string, work: (progress: PhaseProgress) => Promise<Value>): Promise<Value>;
  skipped(title: string, why: string): void;
  lines(lines: readonly Hint[]): void;
  /** @throws UsageError `ERR_CONFIRMATION_NEEDED` where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
}

/** A task hub whose work has not begun yet. */
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
  /** Takes a hub beside that one where another host works on it. */
  isAloneOnHub: boolean;
  /** The interpreter; null: the app's own search. */
  python: string | null;
  inspect: boolean;
  watch: boolean;
  onLog: LogSink;
  /** The file that a host in the background prints to. */
  detachedLogFile: string | null;
  /** Runs before anything that the hub holds goes on. */
  beforeWork?: (hub: IdleHub) => Promise<void>;
};

/** What happens on a host, whether this process runs it or another. */
export interface HostEvents {
  /**
   * The position is taken before this resolves: what happens from then on is read.
   *
   * @returns null where the host cannot tell, as one of another version. The events end when `signal` aborts or the host stops;
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
  client: TaskHubClient;
  events: HostEvents;
  /** Resolves with the reason when the host cannot go on. */
  failed: Promise<Error>;
  stop(): Promise<void>;
  /** Stops without waiting for what still runs. */
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
  stopHost(stateDir: string, host: RunningHost): Promise<void>;
  readLog(host: RunningHost, follow?: { signal: AbortSignal }): AsyncIterable<string>;
  /** The folder of the app that same-kit deploys. */
  ownAppDir: string;
}
