import * as df from "durable-functions";
import type { InvocationContext } from "@azure/functions";
import { resolveLimits } from "../contract/limits.ts";
import { EXECUTOR, type ExecutorInput, type ExecutorResult } from "../pipeline/pipeline-input.ts";
import { appFolder } from "../python/app-folder.ts";
import { executeStep } from "../steps/execute-step.ts";
import { openSessionStore } from "../storage/session-store.ts";

export function registerExecutor(): void {
  df.app.activity(EXECUTOR, {
    // Only for the task hub's name: sessions lie where Durable Functions' own purge removes them.
    extraInputs: [df.input.durableClient()],
    handler: async (input: ExecutorInput, context: InvocationContext): Promise<ExecutorResult> => {
      const { taskHubName } = df.getClient(context) as unknown as { taskHubName: string };
      return executeStep(input, {
        env: process.env,
        limits: resolveLimits(process.env),
        appDir: appFolder(),
        sessions: openSessionStore(process.env, taskHubName),
        onStdout: (line) => context.log(line),
        onStderr: (line) => context.warn(line),
      });
    },
  });
}
