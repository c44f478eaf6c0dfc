import type { AppPackage } from "../packaging/app-package.ts";

/** What a phase can say while it runs. */
export type PhaseProgress = {
  /** The one line that stands for now. */
  say(text: string): void;
  /** A line that stays. */
  note(text: string): void;
};

/** Shows a deployment; `ui/` draws it. */
export interface DeploymentView {
  /** Runs `work` under a title, with elapsed time. */
  phase<T>(title: string, work: (progress: PhaseProgress) => Promise<T>): Promise<T>;
  skipped(title: string, why: string): void;
  lines(lines: readonly string[]): void;
  /** @throws UsageError `ERR_CONFIRMATION_NEEDED` where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
}

/** Where a rehearsal's drill strikes that no server can play; they do nothing in the cloud. */
export type DrillHooks = {
  beforePlan(terraformDir: string): Promise<void>;
  beforeApply(terraformDir: string): Promise<void>;
};

export type SmokeTestRequest = {
  hostName: string;
  accessKey: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
};

/** How the smoke test ended; the run's own error belongs to the user's message. */
export type SmokeTestResult =
  | { kind: "passed"; instanceId: string; durationMs: number }
  | { kind: "failed"; instanceId: string; reason: string }
  | { kind: "timed-out"; instanceId: string; status: string; limitMs: number };

export type SmokeTest = (request: SmokeTestRequest) => Promise<SmokeTestResult>;

/** Makes the package for a plan; the pieces are chosen by flags. */
export type PackApp = (options: {
  packagesDir: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}) => Promise<AppPackage>;
