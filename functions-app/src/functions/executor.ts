import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { resolveLimits } from "../contract/limits.ts";
import { EXECUTOR, type ExecutorInput, type ExecutorResult } from "../pipeline/executor-call.ts";
import type { PythonRuntime } from "../python/python-runtime.ts";
import { executeStep } from "../steps/execute-step.ts";
import { openRunBlobs } from "../steps/run-blobs.ts";

/** Registers the activity that runs one step in Python. */
export function registerExecutor(python: PythonRuntime): void {
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
