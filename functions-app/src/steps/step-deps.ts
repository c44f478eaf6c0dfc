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
  /** The results of steps, for those that may be taken from it. */
  cache: { blobs: CacheBlobs; tidier: CacheTidier };
  /** Where others find what the step has shown so far. */
  running: RunningSteps;
  howRunEnded: HowRunEnded;
  /** Between two questions whether it is over; default 5 s. */
  watchEveryMs?: number;
  /** What the step prints, line by line, and what pip prints before. */
  onStdout: LineSink;
  onStderr: LineSink;
};
