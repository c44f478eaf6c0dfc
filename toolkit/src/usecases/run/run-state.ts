import type { InitiateRequest } from "@same-kit/functions-app/contract";
import type { CollectedFiles } from "../../adapters/files/collect-files.ts";
import type { RunFolder, RunRecord, RunRecords } from "../../adapters/records/run-records.ts";
import type { Step } from "../../notebook/split-steps.ts";
import type { RunDisplay } from "./run-display.ts";
import type { HostChoice, HostDeps, RunHost } from "./run-host.ts";

export type RunDeps = HostDeps & {
  /** Aborts at the second Ctrl-C. */
  leaveNow: AbortSignal;
};

/** A run before it is sent for the first time; its host completes the record. */
export type RunDraft = {
  record: Omit<RunRecord, "formatVersion" | "state" | "hostPid" | "ownsHost" | "hubName" | "storage" | "endedAt">;
  request: InitiateRequest;
  /** The notebook that is run; its outputs are added to a copy. */
  notebookText: string;
};

/** What all states of one run need. */
export type Run = {
  readonly records: RunRecords;
  readonly choice: HostChoice;
  readonly steps: readonly Step[];
  /** The compiler's warnings, which are stored with the result. */
  readonly warnings: readonly string[];
  /** For the whole run; null: none. */
  readonly timeoutMs: number | null;
  readonly isVerbose: boolean;
  /** Whether a session that is too large for a response is saved next to the record. */
  readonly savesLargeSession: boolean;
  /** The files for the steps' working directory; called when the run is sent. Absent or null: none. */
  readonly files?: () => Promise<CollectedFiles | null>;
  /** Must succeed before a draft is recorded; its warnings are shown then, because nothing is drawn any more. */
  readonly collecting?: Promise<CollectedFiles | null>;
  /** Where it runs, if not on a host of this machine. */
  readonly remote?: RunHost;
  /** The earlier run that a draft continues: its storage has to be used. */
  readonly base?: { id: string; hubName: string | null };
  readonly deps: RunDeps;
  /** A draft until it is recorded. */
  subject: { kind: "draft"; draft: RunDraft } | { kind: "recorded"; folder: RunFolder };
};

/** A run that is recorded and has a host. */
export type RunningRun = Run & {
  readonly folder: RunFolder;
  readonly host: RunHost;
  readonly display: RunDisplay;
  /** What this process sent: the hash of the manifest, and the paths of the files. */
  readonly sent: { files: string | null; paths: readonly string[] };
};
