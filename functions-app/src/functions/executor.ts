import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { EXECUTOR, type ExecutorInput, type ExecutorResult } from "../contract/executor-call.ts";
import { resolveLimits } from "../contract/limits.ts";
import { executeStep, type StepDeps } from "../steps/execute-step.ts";
import { openRunBlobs } from "../steps/run-blobs.ts";

/** Registers the activity that runs one step in Python. */
export function registerExecutor(python: StepDeps["python"]): void {
  df.app.activity(EXECUTOR, {
    // For the name of the task hub alone, whose container holds the sessions.
    extraInputs: [df.input.durableClient()],
    handler: async (input: ExecutorInput, context: InvocationContext): Promise<ExecutorResult> =>
      executeStep(input, {
        env: process.env,
        limits: resolveLimits(process.env),
        python,
        blobs: openRunBlobs(process.env, df.getClient(context).taskHubName),
        onStdout: (line) => context.log(line),
        onStderr: (line) => context.warn(line),
      }),
  });
}
