import type { AppClient } from "../adapters/app/app-client.ts";
import type { HostObserver } from "../adapters/app/host-observer.ts";
import type { StartedRun } from "../adapters/app/run-status.ts";
import type { RunFolder } from "../adapters/records/run-records.ts";
import type { Step } from "../notebook/split-steps.ts";
import type { ChosenHost } from "./choose-host.ts";
import type { LogRelay } from "./log-relay.ts";

/** One run on one host. */
export type SupervisedRun = {
  client: AppClient;
  observer: HostObserver;
  host: ChosenHost;
  folder: RunFolder;
  steps: readonly Step[];
  warnings: readonly string[];
  log: LogRelay;
  /** Sends the run, or says where one is that was sent before. */
  begin: () => Promise<StartedRun>;
  /** Sends it again, after the storage lost it. */
  beginAgain: () => Promise<StartedRun>;
  timeoutMs: number | null;
  isVerbose: boolean;
  /** Whether a session that is too large for an answer is saved beside the record. */
  savesLargeSession: boolean;
};
