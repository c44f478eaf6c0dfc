import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { EXECUTOR, type ExecutorInput, type ExecutorResult } from "../contract/executor-call.ts";
import { resolveLimits } from "../contract/limits.ts";
import { executeStep, type StepDeps } from "../steps/execute-step.ts";
import { openRunBlobs } from "../steps/run-blobs.ts";

/** Registers the activity that runs one step in Python. */
export function registerExecutor(python: StepDeps["python"]): void {
  df.app.activity(EXECUTOR, {
    // For the name of the task hub, whose container holds the sessions, and for the state of the run.
    extraInputs: [df.input.durableClient()],
    handler: async (input: ExecutorInput, context: InvocationContext): Promise<ExecutorResult> => {
      const client = df.getClient(context);
      return executeStep(input, {
        env: process.env,
        limits: resolveLimits(process.env),
        python,
        blobs: openRunBlobs(process.env, client.taskHubName),
        isRunOver: () => isRunOver(client, input.instanceId),
        onStdout: (line) => context.log(line),
        onStderr: (line) => context.warn(line),
      });
    },
  });
}

async function isRunOver(client: df.DurableClient, instanceId: string): Promise<boolean> {
  try {
    return (await client.getStatus(instanceId)).runtimeStatus === df.OrchestrationRuntimeStatus.Terminated;
  } catch (error) {
    // That is how the SDK says that it was purged.
    return /\bHTTP 404\b/.test(String(error));
  }
}
