import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { EXECUTOR, type ExecutorInput, type ExecutorResult } from "../contract/executor-call.ts";
import { resolveLimits } from "../contract/limits.ts";
import { openCacheBlobs } from "../steps/cache/cache-blobs.ts";
import { CacheTidier } from "../steps/cache/tidy-cache.ts";
import { openRunBlobs } from "../steps/container-blobs.ts";
import { executeStep } from "../steps/execute-step.ts";
import { openSessionParts } from "../steps/session-parts.ts";
import type { StepDeps } from "../steps/step-deps.ts";

/** Registers the activity that runs one step in Python. */
export function registerExecutor({ python, running }: Pick<StepDeps, "python" | "running">): void {
  const tidier = new CacheTidier();
  df.app.activity(EXECUTOR, {
    // Provides the name of the task hub, whose container holds the sessions, and the state of the run.
    extraInputs: [df.input.durableClient()],
    handler: async (input: ExecutorInput, context: InvocationContext): Promise<ExecutorResult> => {
      const client = df.getClient(context);
      const blobs = openRunBlobs(process.env, client.taskHubName);
      const sessions = openSessionParts(process.env, client.taskHubName, blobs);
      return executeStep(input, {
        env: process.env,
        limits: resolveLimits(process.env, await sessions.measureMachine()),
        python,
        blobs,
        sessions,
        cache: { blobs: openCacheBlobs(process.env, client.taskHubName), tidier },
        running,
        howRunEnded: () => howRunEnded(client, input.instanceId),
        onStdout: (line) => context.log(line),
        onStderr: (line) => context.warn(line),
      });
    },
  });
}

async function howRunEnded(client: df.DurableClient, instanceId: string): ReturnType<StepDeps["howRunEnded"]> {
  try {
    const { runtimeStatus } = await client.getStatus(instanceId);
    return runtimeStatus === df.OrchestrationRuntimeStatus.Terminated ? "terminated" : null;
  } catch (error) {
    // The SDK reports a purged instance in this way.
    return /\bHTTP 404\b/.test(String(error)) ? "purged" : null;
  }
}
