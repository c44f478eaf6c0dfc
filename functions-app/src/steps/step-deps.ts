import type { Limits } from "../contract/limits.ts";
import type { LineSink } from "../outputs/live-lines.ts";
import type { PythonRuntime } from "../python/python-runtime.ts";
import type { CacheBlobs } from "./cache/cache-blobs.ts";
import type { CacheTidier } from "./cache/tidy-cache.ts";
import type { RunBlobs } from "./run-blobs.ts";
import type { HowRunEnded } from "./run-watch.ts";
import type { RunningSteps } from "./running-steps.ts";
import type { SessionParts } from "./session-parts.ts";

/** What a step needs from the app that runs it. */
export type StepDeps = {
  env: NodeJS.ProcessEnv;
  limits: Limits;
  python: PythonRuntime;
  blobs: RunBlobs;
  sessions: SessionParts;
  /** The step cache, for steps that use it. */
  cache: { blobs: CacheBlobs; tidier: CacheTidier };
  /** Makes the current output of the step available to other requests. */
  running: RunningSteps;
  howRunEnded: HowRunEnded;
  /** The interval between checks whether the run has ended; default 5 s. */
  watchEveryMs?: number;
  /** Called for each line that the step prints, and before that for pip's output. */
  onStdout: LineSink;
  onStderr: LineSink;
};
