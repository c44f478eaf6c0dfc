import type { ExecutorInput, StepFailure } from "../contract/executor-call.ts";
import type { StepCache } from "./cache/step-cache.ts";
import type { RunWatch } from "./run-watch.ts";
import type { SameYaml } from "./same-yaml.ts";
import type { StepContents } from "./step-contents.ts";
import type { StepDeps } from "./step-deps.ts";

/** One step while it runs. */
export type StepRun = {
  input: ExecutorInput;
  deps: StepDeps;
  contents: StepContents;
  sameYaml: SameYaml;
  /** Absent for a step that does not use the cache. */
  cache: StepCache | undefined;
  watch: RunWatch;
  /** Aborts when the step's time is up, or when its run has ended; `stopFailure` then says which. */
  stopped: AbortSignal;
  stopFailure: () => StepFailure;
  timing: Timing;
};

/** `startMs` is on the monotonic clock. */
export type Timing = { startedAt: string; startMs: number };
